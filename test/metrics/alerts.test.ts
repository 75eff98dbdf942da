import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { projectPath } from '../../src/config/paths.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';
import { selectorsOf } from './support/promql.js';
import { scrape, select, valueOf, type Sample } from './support/samples.js';

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string }[];
}

function deployed(name: string): string {
  return readFileSync(projectPath('deploy', name), 'utf8');
}

const RULES = (parse(deployed('prometheus-rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);
const { panels: PANELS } = JSON.parse(deployed('grafana-dashboard.json')) as { panels: Panel[] };
const CHARTS = PANELS.filter(({ type }) => type !== 'row');

/** Grafana puts a duration there. */
function asPrometheus(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m');
}

const app = useApp();
let fresh: Sample[];
beforeAll(async () => {
  // Nothing is told of the work before it has been read once.
  fresh = await waitFor('the state of the work', async () => {
    const samples = await scrape(app.url);
    return valueOf(samples, 'pollcast_database_up') === 1 && samples;
  });
});

/** What an expression reads and a process that has done nothing yet does not show. */
function missing(expression: string): string[] {
  return selectorsOf(asPrometheus(expression))
    .filter(({ metric, labels }) => select(fresh, metric, labels).length === 0)
    .map(({ metric, labels }) => metric + JSON.stringify(labels));
}

describe('the alert rules', () => {
  test('are there for a stuck campaign, a dead token, no worker and an old queue', () => {
    const alerts = RULES.map(({ alert }) => alert);
    expect(alerts).toEqual(
      expect.arrayContaining([
        'PollcastCampaignStuck',
        'PollcastBotTokenDead',
        'PollcastNoWorker',
        'PollcastQueueOld',
      ]),
    );
    expect(new Set(alerts).size).toBe(alerts.length);
  });

  test.each(RULES.map((rule) => [rule.alert, rule] as const))(
    '%s reads what a process shows from the start, and says what to do',
    (_alert, rule) => {
      expect(selectorsOf(rule.expr).length).toBeGreaterThan(0);
      expect(missing(rule.expr)).toEqual([]);
      expect(rule.for).toMatch(/^\d+m$/);
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      for (const annotation of ['summary', 'description', 'runbook'])
        expect(rule.annotations[annotation]).toMatch(/^\S.*\.$/);
    },
  );

  test('would be found out if they named what is not there', () => {
    expect(missing('max(pollcast_campaigns_stopped{code="NO_SUCH_CODE"})')).toHaveLength(1);
    expect(missing('rate(pollcast_no_such_total[5m])')).toHaveLength(1);
    expect(() => missing('max(pollcast_workers')).toThrow('Not PromQL');
  });
});

describe('the dashboard', () => {
  test.each(CHARTS.map((panel) => [panel.title, panel] as const))(
    '"%s" shows what is there',
    (_title, panel) => {
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const { expr } of panel.targets ?? []) expect([expr, missing(expr)]).toEqual([expr, []]);
    },
  );

  test('leaves out none of the measurements that are our own', () => {
    const read = CHARTS.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => selectorsOf(asPrometheus(expr)).map(({ metric }) => metric)),
    ).map((metric) => metric.replace(/_(bucket|count|sum)$/, ''));
    const own = fresh
      .map(({ name }) => name.replace(/_(bucket|count|sum)$/, ''))
      .filter((name) => name.startsWith('pollcast_'));
    expect([...new Set(own)].filter((name) => !read.includes(name))).toEqual([]);
  });
});

test('the names of metrics follow the conventions, and each says what it is', async () => {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const types = [...text.matchAll(/^# TYPE (pollcast_\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(20);
  for (const [, name = '', type = ''] of types) {
    expect(name).toMatch(/^pollcast_[a-z0-9]+(_[a-z0-9]+)*$/);
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.*\\.$`, 'm'));
  }
  expect(fresh.map(({ name }) => name)).toContain('nodejs_eventloop_lag_p99_seconds');
});
