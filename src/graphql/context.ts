/** What the server has to know of an operation by itself; its resolvers are given more. */
export interface OperationContext {
  /** Whose it is; the name is for logs and limits. */
  identity: { readonly name: string };
}
