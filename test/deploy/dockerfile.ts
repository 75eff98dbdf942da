import { readFileSync } from 'node:fs';
import { projectPath } from '../../src/config/paths.js';

export interface Instruction {
  name: string;
  value: string;
}

/** One `FROM ... AS name` of the Dockerfile with what follows it. */
export interface Stage {
  name: string;
  instructions: Instruction[];
}

/** The stages of the Dockerfile in their order. */
export function readStages(): Stage[] {
  const lines = readFileSync(projectPath('Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push({ name: / AS (\S+)$/.exec(value)?.[1] ?? '', instructions: [] });
    else if (name !== '') stages.at(-1)?.instructions.push({ name, value });
  }
  return stages;
}

export function stageOf(name: string): Stage {
  const stage = readStages().find((candidate) => candidate.name === name);
  if (!stage) throw new Error(`The Dockerfile has no stage ${name}.`);
  return stage;
}

export function valuesOf(stage: Stage, instruction: string): string[] {
  return stage.instructions.filter(({ name }) => name === instruction).map(({ value }) => value);
}

/** The arguments of an instruction in exec form. @throws SyntaxError when it has another form */
export function execForm(stage: Stage, instruction: string): string[] {
  return JSON.parse(valuesOf(stage, instruction).at(-1) ?? '') as string[];
}

/** The environment that the image gives to its processes. */
export function imageEnvironment(): Record<string, string> {
  const assignments = valuesOf(stageOf('runtime'), 'ENV').flatMap((value) => value.split(/\s+/));
  return Object.fromEntries(assignments.map((assignment) => assignment.split('=', 2)) as [string, string][]);
}

/** The command that a container's health check runs. */
export function imageHealthCheck(): string[] {
  const [, command = ''] = /CMD (\[.*\])$/.exec(valuesOf(stageOf('runtime'), 'HEALTHCHECK')[0] ?? '') ?? [];
  return JSON.parse(command) as string[];
}
