import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { projectPath } from '../../src/config/paths.js';
import { composeText, interpolate, readComposeFile, serviceOf } from './compose-file.js';
import { imageEnvironment, imageHealthCheck, stageOf, valuesOf } from './dockerfile.js';

const file = readComposeFile();
const services = Object.entries(file.services);
const service = (name: string) => serviceOf(file, name);
const ONE_OFF = ['migrate'];
const SERVING = ['api', 'worker', 'bot'];
const DATABASES = ['postgres', 'mongo'];
/** Of a process; see src/cli/interruption.ts. */
const STOP_LIMIT_S = 10;
/** Of a process: its pools (16, 8, 6 and 5, see src/app/database.ts) and those that listen. */
const MOST_CONNECTIONS = 40;

describe('every service', () => {
  test.each(services)('%s is held to limits and gains no rights', (_name, { deploy, ...locked }) => {
    expect(deploy?.resources?.limits).toEqual({
      cpus: expect.stringMatching(/^[\d.]+$/),
      memory: expect.stringMatching(/^\d+[MG]$/),
      pids: expect.any(Number),
    });
    expect(locked).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(locked).not.toHaveProperty('privileged');
    expect(locked).not.toHaveProperty('cap_add');
  });

  test.each(services)('%s is of a fixed version, and not run by root', (_name, { image, user }) => {
    if (image === 'pollcast:local') expect(valuesOf(stageOf('runtime'), 'USER')[0]).toMatch(/^[1-9]/);
    else {
      expect(image).toMatch(/^[a-z]+:\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
      expect(user).toMatch(/^(?!root|0)\w+$/);
    }
  });

  test.each(services)('%s is watched and restarted, unless it is to end by itself', (name, described) => {
    if (ONE_OFF.includes(name)) {
      expect(described).toMatchObject({ restart: 'no', healthcheck: { disable: true } });
    } else {
      expect(described.restart).toBe('unless-stopped');
      expect(described.healthcheck?.test?.[0]).toMatch(/^CMD(-SHELL)?$/);
    }
  });
});

describe('the order of starting', () => {
  test('databases, then the migration, then api, worker and bot, then the proxy', () => {
    expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const name of ['api', 'worker']) {
      expect(service(name).depends_on).toEqual({
        migrate: { condition: 'service_completed_successfully' },
        postgres: { condition: 'service_healthy' },
        mongo: { condition: 'service_healthy' },
      });
    }
    // People are answered without the job storage.
    expect(service('bot').depends_on).toEqual({
      migrate: { condition: 'service_completed_successfully' },
      postgres: { condition: 'service_healthy' },
    });
    expect(service('proxy').depends_on).toEqual({ api: { condition: 'service_healthy' } });
  });

  test('the image is built once, and each of its services runs the command of its name', () => {
    const ours = services.filter(([, { image }]) => image === 'pollcast:local');
    expect(ours.map(([name, { command }]) => [name, command])).toEqual([
      ['api', ['api']],
      ['worker', ['worker']],
      ['bot', ['bot']],
      ['migrate', ['migrate']],
    ]);
    expect(ours.filter(([, { build }]) => build !== undefined)).toHaveLength(1);
  });

  test('api, worker and bot run twice, and get longer to end than they take', () => {
    for (const name of SERVING) {
      expect(service(name).deploy?.replicas).toBe(2);
      expect(parseInt(service(name).stop_grace_period ?? '', 10)).toBeGreaterThan(STOP_LIMIT_S);
    }
  });
});

describe('ports', () => {
  const nginx = readFileSync(projectPath('deploy', 'nginx.conf'), 'utf8');
  const [, proxyPort] = /listen (\d+);/.exec(nginx) ?? [];
  const image = imageEnvironment();

  test('nothing but the proxy is published, and that to this machine alone', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['proxy']);
    expect(service('proxy').ports?.map((port) => interpolate(port))).toEqual([`127.0.0.1:8080:${proxyPort}`]);
    expect(composeText()).not.toContain('network_mode');
  });

  test('the proxy passes on to the port of the API', () => {
    expect(/set \$api (\S+);/.exec(nginx)?.[1]).toBe(`api:${service('api').environment?.PORT}`);
    expect(service('proxy').healthcheck?.test?.at(-1)).toBe(`http://127.0.0.1:${proxyPort}/healthz`);
    expect(service('proxy').volumes).toEqual(
      ['nginx.conf', 'front-proxy.conf'].map((name) => `./deploy/${name}:/etc/nginx/${name}:ro`),
    );
  });

  test('image and compose file name the same ones, where other containers can reach them', () => {
    expect(String(service('api').environment?.PORT)).toBe(image.PORT);
    for (const name of ['worker', 'bot'])
      expect(String(service(name).environment?.WORKER_PORT)).toBe(image.WORKER_PORT);
    expect(/set \$bot (\S+);/.exec(nginx)?.[1]).toBe(`bot:${image.WORKER_PORT}`);
    expect(valuesOf(stageOf('runtime'), 'EXPOSE')).toEqual([`${image.PORT} ${image.WORKER_PORT}`]);
    for (const name of SERVING) {
      expect(service(name).environment?.HOST).toBe('0.0.0.0');
      expect(service(name).healthcheck?.test).toEqual(['CMD', ...imageHealthCheck()]);
    }
  });
});

describe('networks', () => {
  const shared = (one: string, other: string) =>
    service(one).networks.filter((network) => service(other).networks.includes(network));

  test('the proxy reaches the API, and the bot for the webhook, and nothing else', () => {
    expect(shared('proxy', 'api')).toEqual(['front']);
    expect(shared('proxy', 'bot')).toEqual(['webhook']);
    expect(shared('api', 'bot')).not.toContain('webhook');
    for (const name of ['worker', 'migrate', ...DATABASES]) expect(shared('proxy', name)).toEqual([]);
  });

  test.each<Record<string, string>>([{}, { FRONT_SUBNET: '10.9.8.0/24' }])(
    'the API believes the network of the proxy alone: %j',
    (given) => {
      const [subnet] = file.networks.front?.ipam?.config ?? [];
      const trusted = interpolate(service('api').environment?.TRUSTED_PROXIES ?? '', given);
      expect(trusted).toBe(interpolate(subnet?.subnet ?? '', given));
      expect(trusted).toMatch(/^10\.\d+\.\d+\.0\/24$/);
    },
  );

  test.each(DATABASES)('%s is reached by our processes alone, and reaches nobody outside', (name) => {
    expect(service(name).networks).toEqual(['back']);
    expect(file.networks.back).toEqual({ internal: true });
    for (const ours of [...SERVING, 'migrate']) expect(shared(name, ours)).toEqual(['back']);
  });

  test('api, worker and bot reach Telegram', () => {
    for (const name of SERVING) {
      const open = service(name).networks.filter((network) => file.networks[network]?.internal !== true);
      expect(open).toEqual(['internet']);
    }
  });
});

describe('PostgreSQL', () => {
  test('takes the connections of twice as many processes as are described', () => {
    const [, limit] = /max_connections=(\d+)/.exec(service('postgres').command?.join(' ') ?? '') ?? [];
    const processes = SERVING.reduce((sum, name) => sum + (service(name).deploy?.replicas ?? 1), 0);
    expect(Number(limit)).toBeGreaterThanOrEqual(2 * processes * MOST_CONNECTIONS);
  });
});

describe('the workflow', () => {
  test('tests against the databases that are deployed', () => {
    const text = readFileSync(projectPath('.github', 'workflows', 'ci.yml'), 'utf8');
    const { jobs } = parse(text) as { jobs: { services: { services: Record<string, { image: string }> } } };
    for (const name of DATABASES) {
      expect(jobs.services.services[name]?.image).toBe(service(name).image);
    }
  });
});

describe('what is to be kept', () => {
  test.each(DATABASES)('%s writes to named volumes', (name) => {
    const volumes = service(name).volumes ?? [];
    expect(volumes.length).toBeGreaterThan(0);
    for (const volume of volumes) expect(Object.keys(file.volumes)).toContain(volume.split(':')[0]);
  });
});
