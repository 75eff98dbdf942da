interface Transition {
  readonly from: readonly string[];
  readonly to: string;
}

/** A Mermaid state diagram of a table of transitions; events between the same two states share an arrow. */
export function stateDiagram(first: string, transitions: Readonly<Record<string, Transition>>): string {
  const arrows = new Map<string, string[]>();
  for (const [event, { from, to }] of Object.entries(transitions)) {
    for (const state of from) {
      const arrow = `${state} --> ${to}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), event]);
    }
  }
  const lines = [...arrows].map(([arrow, events]) => `    ${arrow}: ${events.join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', `    [*] --> ${first}`, ...lines, '```'].join('\n');
}
