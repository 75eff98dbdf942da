import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { projectPath } from '../../src/config/paths.js';
import { followProcess, type PollcastProcess } from '../support/process.js';
import { execForm, imageEnvironment, stageOf, valuesOf } from './dockerfile.js';

const run = promisify(execFile);
/** A user who owns nothing, if the tests run as root; another user cannot write to a read-only tree either. */
const NOBODY = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** The files of the image, made by the instructions of the Dockerfile. */
export class ProductionTree {
  private constructor(readonly path: string) {}

  /** Takes a few seconds: it installs the production dependencies. */
  static async install(): Promise<ProductionTree> {
    const path = await mkdtemp(join(tmpdir(), 'pollcast-production-'));
    const tree = new ProductionTree(path);
    await tree.copyFromHost('dependencies');
    const environment = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false' };
    for (const command of valuesOf(stageOf('dependencies'), 'RUN')) {
      await run('sh', ['-c', command], { cwd: path, env: environment });
    }
    await tree.copyFromHost('runtime');
    await run('chmod', ['-R', 'a+rX,a-w', path]);
    return tree;
  }

  /** Runs a command of the image as the image does: read-only, without rights, and with its environment. */
  start(command: string, environment: Record<string, string>): PollcastProcess {
    const [program = '', ...entry] = execForm(stageOf('runtime'), 'ENTRYPOINT');
    return this.spawn(program, [...entry, command], environment);
  }

  spawn(program: string, argv: string[], environment: Record<string, string>): PollcastProcess {
    const child = spawn(program, argv, {
      cwd: this.path,
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...imageEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...asNobody,
    });
    return followProcess(child);
  }

  async remove(): Promise<void> {
    await run('chmod', ['-R', 'u+w', this.path]);
    await rm(this.path, { recursive: true, force: true });
  }

  /** With what was built here in the place of what the image builds. */
  private async copyFromHost(stage: string): Promise<void> {
    await copyFromHost(stage, this.path);
    await chmod(this.path, 0o755);
  }
}

async function copyFromHost(
  stage: string,
  path: string,
  isWanted?: (source: string) => boolean,
): Promise<void> {
  for (const instruction of valuesOf(stageOf(stage), 'COPY')) {
    if (instruction.startsWith('--from=dependencies')) continue;
    const value = instruction.replace('--from=build /app/', '');
    const [target = '', ...sources] = value.split(/\s+/).reverse();
    for (const source of sources) {
      const intoFolder = target.endsWith('/');
      const to = intoFolder ? join(target, source.split('/').at(-1) ?? '') : target;
      await cp(projectPath(source), join(path, to), { recursive: true, filter: isWanted });
    }
  }
}

/** Builds as the first stage of the image does, from what it copies and with what is installed here. @returns the files of dist/ */
export async function buildAsTheImage(): Promise<string[]> {
  const path = await mkdtemp(join(tmpdir(), 'pollcast-image-'));
  try {
    await copyFromHost('build', path, (source) => !['dist', 'node_modules'].includes(basename(source)));
    for (const modules of ['node_modules', 'dashboard/node_modules'])
      await symlink(projectPath(modules), join(path, modules));
    const commands = valuesOf(stageOf('build'), 'RUN').filter((command) => !command.startsWith('npm ci'));
    for (const command of commands) await run('sh', ['-c', command], { cwd: path });
    return await readdir(join(path, 'dist'), { recursive: true });
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
