/** Summary of one mutation for the access log. */
export interface CallSummary {
  campaignId?: string;
  refusalCode?: string;
}

/** The part of an operation's context that the server itself needs. */
export interface OperationContext {
  /** Whose it is; the name is for logs and limits. */
  identity: { readonly name: string };
  /** What its mutations were about and why they were refused; written while it runs. */
  call?: CallSummary;
}
