/** Of one mutation, for the access log. */
export interface CallSummary {
  campaignId?: string;
  refusalCode?: string;
}

/** What the server has to know of an operation by itself; its resolvers are given more. */
export interface OperationContext {
  /** Whose it is; the name is for logs and limits. */
  identity: { readonly name: string };
  /** What its mutations were about and why they were refused; written while it runs. */
  call?: CallSummary;
}
