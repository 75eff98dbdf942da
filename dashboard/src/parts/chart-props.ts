export interface Series {
  label: string;
  /** Name of its colour in the styles, such as "sent". */
  color: string;
  values: readonly number[];
  dashed?: boolean;
}

export interface ChartProps {
  label: string;
  /** Times of the values, ascending, as the API gives them. */
  at: readonly string[];
  series: readonly Series[];
  /** Whether each series stands on the one before. */
  stacked?: boolean;
  /** Whether a value is that of the whole time since the value before. */
  steps?: boolean;
  /** Moments that are worth a line, with what happened. */
  marks?: readonly { at: string; label: string }[];
}
