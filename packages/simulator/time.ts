const two = (value: number): string => String(value).padStart(2, "0");

/** "2026/07/21 16:46:45", as PAN-OS prints a moment. */
export function deviceTime(at: Date = new Date()): string {
  return `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())} ${timeOfDay(at)}`;
}

/** "16:46:45" */
export function timeOfDay(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
