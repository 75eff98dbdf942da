import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { projectPath } from '../../src/config/paths.js';

/** What the tests look at of a service in docker-compose.yml. */
export interface Service {
  image: string;
  build?: string;
  command?: string[];
  user?: string;
  restart?: string;
  ports?: string[];
  environment?: Record<string, string | number>;
  secrets?: string[];
  networks: string[];
  volumes?: string[];
  read_only?: boolean;
  privileged?: boolean;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  deploy?: {
    replicas?: number;
    resources?: { limits?: { cpus?: string; memory?: string; pids?: number } };
  };
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } } | null>;
  volumes: Record<string, null>;
  secrets: Record<string, { file: string }>;
}

export function composeText(): string {
  return readFileSync(projectPath('docker-compose.yml'), 'utf8');
}

export function readComposeFile(): ComposeFile {
  return parse(composeText(), { merge: true }) as ComposeFile;
}

export function serviceOf(file: ComposeFile, name: string): Service {
  const service = file.services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}.`);
  return service;
}

/** A value as Compose passes it on: `${NAME-default}` and `${NAME:-default}` are filled in from the variables. */
export function interpolate(value: string | number, variables: Record<string, string> = {}): string {
  return String(value).replace(
    /\$\{(\w+)(:?)-([^}]*)\}/g,
    (_, name: string, colon: string, fallback: string) => {
      const given = variables[name];
      return given === undefined || (colon !== '' && given === '') ? fallback : given;
    },
  );
}

/** The environment of a service's processes, beside that of their image. */
export function environmentOf(
  { environment = {} }: Service,
  variables: Record<string, string> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, interpolate(value, variables)]),
  );
}
