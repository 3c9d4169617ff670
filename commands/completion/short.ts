/** What a shell shows beside a name: what it means, or the beginning of that. */
export function short(says: string): string {
  const text = says.replace(/\.$/, "");
  if (text.length <= 70) return text;
  return `${text.slice(0, text.lastIndexOf(" ", 69)).replace(/[,;:(]$/, "")} …`;
}
