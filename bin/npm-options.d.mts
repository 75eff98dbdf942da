export function withNpmOptions(argv: string[], environment: NodeJS.ProcessEnv): string[];
