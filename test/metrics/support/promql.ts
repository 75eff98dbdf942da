import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression reads, and the labels that it has to have for that. */
export interface Selector {
  metric: string;
  labels: Record<string, string>;
}

/** @throws when the expression is none of Prometheus's language */
export function selectorsOf(expression: string): Selector[] {
  const found: Selector[] = [];
  let label = '';
  let equals = false;
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      const text = expression.slice(from, to);
      const selector = found.at(-1);
      if (type.isError) throw new Error(`Not PromQL at ${from}: ${expression}`);
      if (type.name === 'VectorSelector') found.push({ metric: '', labels: {} });
      else if (type.name === 'Identifier' && selector) selector.metric = text;
      else if (type.name === 'LabelName') label = text;
      else if (type.name === 'MatchOp') equals = text === '=';
      else if (type.name === 'StringLiteral' && equals && selector)
        selector.labels[label] = text.slice(1, -1);
    },
  });
  return found;
}
