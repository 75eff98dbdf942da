import { useEffect, useMemo, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useWords } from '../i18n.js';
import type { ChartProps } from './chart-props.js';

const HEIGHT = 220;

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Sums of each series and those below it. */
function stack(series: readonly (readonly number[])[]): number[][] {
  let below: readonly number[] = [];
  return series.map((values) => {
    const sums = values.map((value, index) => value + (below[index] ?? 0));
    below = sums;
    return sums;
  });
}

/** Lines at the moments that are worth one. */
function drawMarks(plot: UPlot, marks: NonNullable<ChartProps['marks']>): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = color('quiet');
  ctx.fillStyle = color('quiet');
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const { at, label } of marks) {
    const x = plot.valToPos(Date.parse(at) / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const isRight = x > bbox.left + bbox.width * 0.75;
    ctx.textAlign = isRight ? 'right' : 'left';
    ctx.fillText(label, x + (isRight ? -6 : 6) * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
  }
  ctx.restore();
}

const MINUTE_S = 60;
const DAY_S = 86_400;

/** Times of an axis as the reader's region writes them; the day stands where it begins. */
function writeTimes(
  region: string,
): (plot: UPlot, at: number[], axis: number, space: number, step: number) => string[] {
  const day = new Intl.DateTimeFormat(region, { day: 'numeric', month: 'short' });
  const minute = new Intl.DateTimeFormat(region, { timeStyle: 'short' });
  const second = new Intl.DateTimeFormat(region, { timeStyle: 'medium' });
  return (_plot, at, _axis, _space, step) => {
    const time = step < MINUTE_S ? second : minute;
    return at.map((value, index) => {
      const date = new Date(value * 1000);
      if (step >= DAY_S) return day.format(date);
      const before = at[index - 1];
      const isNewDay = before === undefined || day.format(new Date(before * 1000)) !== day.format(date);
      return isNewDay ? `${time.format(date)}\n${day.format(date)}` : time.format(date);
    });
  };
}

function optionsFor(
  { series, stacked = false, steps = false, marks = [] }: ChartProps,
  region: string,
  width: number,
): UPlot.Options {
  const axis = {
    stroke: color('quiet'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { stroke: color('line'), width: 1 },
  };
  const format = new Intl.NumberFormat(region, { notation: 'compact' });
  const paths = steps ? UPlot.paths.stepped?.({ align: -1 }) : undefined;
  const shown = series.map(({ label, color: name, dashed = false }) => ({
    label,
    stroke: color(name),
    width: 2,
    points: { show: false },
    ...(stacked && { fill: color(name) }),
    ...(dashed && { dash: [6, 4] }),
    ...(paths && { paths }),
  }));
  return {
    width,
    height: HEIGHT,
    // Half a time fits beside the last line.
    padding: [null, 36, null, null],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * (marks.length > 0 ? 1.25 : 1.05))] } },
    axes: [
      { ...axis, values: writeTimes(region), space: 80 },
      { ...axis, values: (_plot, values) => values.map((value) => format.format(value)), size: 76 },
    ],
    // The largest sum is drawn first, so that the smaller ones lie over it.
    series: [{}, ...(stacked ? shown.toReversed() : shown)],
    hooks: {
      draw: [
        (plot) => {
          drawMarks(plot, marks);
        },
      ],
    },
  };
}

function dataFor({ at, series, stacked = false }: ChartProps): UPlot.AlignedData {
  const values = series.map((one) => [...one.values]);
  return [at.map((time) => Date.parse(time) / 1000), ...(stacked ? stack(values).toReversed() : values)];
}

/** Draws a chart. A tab in the background draws nothing until it is looked at. */
export function Plot(props: ChartProps) {
  const { region } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  const plot = useRef<UPlot>(undefined);
  useEffect(() => {
    latest.current = props;
  });
  const shape = useMemo(
    () => JSON.stringify([props.series.map((one) => [one.label, one.color]), props.stacked, props.marks]),
    [props],
  );

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    function draw(): void {
      if (!element) return;
      plot.current?.destroy();
      const options = optionsFor(latest.current, region, Math.max(200, element.clientWidth));
      plot.current = new UPlot(options, dataFor(latest.current), element);
    }
    draw();
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT });
    });
    observer.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      dark.removeEventListener('change', draw);
      observer.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [region, shape]);

  useEffect(() => {
    function update(): void {
      if (!document.hidden) plot.current?.setData(dataFor(latest.current));
    }
    update();
    document.addEventListener('visibilitychange', update);
    return () => {
      document.removeEventListener('visibilitychange', update);
    };
  }, [props]);

  return (
    <>
      <div ref={place} className="plot" aria-hidden="true" />
      <ul className="legend" aria-hidden="true">
        {props.series.map((one) => (
          <li key={one.label} className={one.dashed ? `${one.color} dashed` : one.color}>
            {one.label}
          </li>
        ))}
      </ul>
    </>
  );
}
