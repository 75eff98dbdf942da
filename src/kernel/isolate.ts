/** First strong isolate: its content neither takes its direction from the text around it nor changes that. */
const FSI = '\u2068';
const PDI = '\u2069';
const PDF = '\u202C';

/** Controls of direction, with what ends each. */
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
 * Isolates a text that is filled into another one, by the rules of Unicode's bidirectional algorithm (UAX 9): what it
 * leaves open is closed, and what would close more than it opened is left out.
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

/** The end of an isolate also ends what was opened within it; that of an embedding ends nothing else. */
function close(open: string[], control: string): boolean {
  const place = control === PDI ? open.lastIndexOf(PDI) : open.length - 1;
  if (open[place] !== control) return false;
  open.length = place;
  return true;
}
