/** Lets the keyboard go on around something that is about to disappear, not at the top of the window. */
export function keepFocusNear(element: Element): void {
  element.closest<HTMLElement>('[tabindex="-1"]')?.focus({ preventScroll: true });
}
