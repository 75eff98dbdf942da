/** First strong isolate: its content and the text around it do not affect each other's direction. */
const FSI = '\u2068';
const PDI = '\u2069';
const PDF = '\u202C';

/** Direction controls, each with the control that ends it. */
const OPENERS = new Map([
  ['\u202A', PDF],
  ['\u202B', PDF],
  ['\u202D', PDF],
  ['\u202E', PDF],
  ['\u2066', PDI],
  ['\u2067', PDI],
  [FSI, PDI],
]);
const CONTROLS = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * Isolates a text that is inserted into another, by Unicode's bidirectional algorithm (UAX 9). Controls that it leaves open
 * are closed; controls that would close more than it opened are dropped.
 */
export function isolate(text: string): string {
  const open: string[] = [];
  const balanced = text.replace(CONTROLS, (control) => {
    const closer = OPENERS.get(control);
    if (closer !== undefined) {
      open.push(closer);
      return control;
    }
    return close(open, control) ? control : '';
  });
  return FSI + balanced + open.reverse().join('') + PDI;
}

/** The end of an isolate also ends what was opened within it; the end of an embedding ends only the embedding. */
function close(open: string[], control: string): boolean {
  const place = control === PDI ? open.lastIndexOf(PDI) : open.length - 1;
  if (open[place] !== control) return false;
  open.length = place;
  return true;
}
