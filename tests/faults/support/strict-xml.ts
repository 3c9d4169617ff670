/** What an element says, for comparing: name, attributes sorted by name, own text, children. */
export interface Said {
  name: string;
  attributes: [string, string][];
  text: string;
  children: Said[];
}

const NAME = /[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*/y;
const SPACE = /[ \t\r\n]*/y;
const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * Reads a document strictly by XML 1.0, in another way than the client does, so that the two can be held against
 * each other. A document type is refused; characters
 * that XML doesn't allow are let pass where what they say is plain.
 * @returns undefined where it isn't well-formed
 */
export function strictXml(document: string): Said | undefined {
  try {
    return new Reader(document.replace(/^\uFEFF/, "")).document();
  } catch (error) {
    if (error instanceof NotWellFormed) return undefined;
    throw error;
  }
}

class NotWellFormed extends Error {}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): Said {
    if (/^<\?xml[ \t\r\n]/.test(this.text)) this.after("<?", "?>");
    this.misc();
    const root = this.element();
    this.misc();
    if (this.at < this.text.length) this.refuse();
    return root;
  }

  private refuse(): never {
    throw new NotWellFormed();
  }

  private sees(token: string): boolean {
    return this.text.startsWith(token, this.at);
  }

  private take(token: string): void {
    if (!this.sees(token)) this.refuse();
    this.at += token.length;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) this.refuse();
    this.at += found.length;
    return found;
  }

  /** What is between two tokens. */
  private after(start: string, end: string): string {
    this.take(start);
    const to = this.text.indexOf(end, this.at);
    if (to < 0) this.refuse();
    const between = this.text.slice(this.at, to);
    this.at = to + end.length;
    return between;
  }

  private comment(): void {
    if (this.after("<!--", "-->").includes("--")) this.refuse();
  }

  private instruction(): void {
    if (/^xml([ \t\r\n]|$)/i.test(this.after("<?", "?>"))) this.refuse();
  }

  private misc(): void {
    for (;;) {
      this.match(SPACE);
      if (this.sees("<!--")) this.comment();
      else if (this.sees("<?")) this.instruction();
      else return;
    }
  }

  private element(): Said {
    this.take("<");
    const name = this.match(NAME);
    const attributes = this.attributes();
    const said: Said = { name, attributes, text: "", children: [] };
    if (this.sees("/>")) {
      this.take("/>");
      return said;
    }
    this.take(">");
    while (!this.sees("</")) {
      if (this.sees("<!--")) this.comment();
      else if (this.sees("<![CDATA[")) said.text += this.after("<![CDATA[", "]]>");
      else if (this.sees("<?")) this.instruction();
      else if (this.sees("<")) said.children.push(this.element());
      else said.text += this.characters();
    }
    this.take("</");
    this.take(name);
    this.match(SPACE);
    this.take(">");
    return said;
  }

  private attributes(): [string, string][] {
    const found = new Map<string, string>();
    for (;;) {
      const space = this.match(SPACE);
      if (this.sees(">") || this.sees("/>")) break;
      if (space === "") this.refuse();
      const name = this.match(NAME);
      this.match(SPACE);
      this.take("=");
      this.match(SPACE);
      const quote = this.sees('"') ? '"' : "'";
      const value = this.after(quote, quote);
      if (found.has(name)) this.refuse();
      found.set(name, this.resolved(value));
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private characters(): string {
    const to = this.text.indexOf("<", this.at);
    if (to < 0) this.refuse();
    const text = this.text.slice(this.at, to);
    this.at = to;
    return this.resolved(text);
  }

  private resolved(text: string): string {
    return text.replace(/&([^;&]*)(;?)/g, (_whole, name: string, end: string) => {
      const number = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
      const point = number === null ? NaN : parseInt(number[1] ?? number[2] ?? "", number[1] ? 16 : 10);
      const isCharacter = point <= 0x10ffff;
      const said = NAMED[name] ?? (isCharacter ? String.fromCodePoint(point) : undefined);
      return end === "" || said === undefined ? this.refuse() : said;
    });
  }
}
