import * as fc from "fast-check";

/** An answer as it goes over the wire. */
export interface WireAnswer {
  status: number;
  body: string | Buffer;
  /** Bytes that are announced beyond those that come before the connection closes. */
  missing: number;
}

/** An answer that was changed on its way. */
export interface Mutation {
  name: string;
  /** Whether it still says the same. */
  harmless: boolean;
  answer: WireAnswer;
}

const HTML =
  "<!DOCTYPE html><html><head><title>Login</title><meta charset=utf-8></head><body>wait<br></body></html>";
const BOMB = '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>';

/** Other texts that a proxy, another server or a broken one may send. */
const OTHER_BODIES = [
  HTML,
  "",
  " ",
  "OK",
  "{}",
  "null",
  '{"status":"success"}',
  "<html/>",
  "<response/>",
  "<response></response>",
  '<Response status="success"/>',
  '<response status="Success"/>',
  '<response status="error"/>',
  "<response status='unauth' code='16'><msg><line>Unauthorized request</line></msg></response>",
  "<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>",
  '<response status="error" code="22"><msg><line>Session timed out</line></msg></response>',
  '<response status="error"><msg><line>Timed out while getting config lock. Please try again.</line></msg></response>',
  '<?xml version="1.0"?>',
  "<!-- -->",
  `${BOMB}<response status="success"><result>&y;</result></response>`,
  `<response status="success">${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}</response>`,
  `<response status="success">${"<a>".repeat(20_000)}`,
  '<a xmlns:r="x"><response status="success"/></a>',
  '<response status="success"/><response status="success"/>',
];

/** Pieces that XML is sensitive to. */
const PIECES = [
  ...["<", ">", "/", "&", '"', "'", "=", "!", "?", "]]>", "<![CDATA[", "<!--", "-->", "<?", "?>"],
  ...[
    "</",
    "/>",
    "&amp;",
    "&#0;",
    "&#x41;",
    "&#xd800;",
    "&#x110000;",
    "&lol;",
    "&amp",
    " ",
    "\n",
    "\0",
    "\u0001",
  ],
  ...[
    "<entry>",
    "</entry>",
    "<entry name='x'/>",
    "<member>any</member>",
    "</result>",
    "<result>",
    "</response>",
  ],
  ...[' status="success"', ' status="error"', ' code="7"', " name='y'", "é", "💡", "<job>9</job>"],
];

const text = (body: string): WireAnswer => ({ status: 200, body, missing: 0 });
const place = fc.double({ min: 0, max: 1, noNaN: true });
const index = (body: string, at: number): number => Math.floor(at * body.length);

/** Every way in which an answer is changed; each several times as likely as it is worth. */
export function mutationsOf(body: string): fc.Arbitrary<Mutation> {
  const mutation = (name: string, answer: WireAnswer, harmless = false): Mutation => ({
    name,
    answer,
    harmless,
  });
  const at = (change: (where: number) => string, name: string) =>
    place.map((share) => mutation(name, text(change(index(body, share)))));
  return fc.oneof(
    { weight: 4, arbitrary: at((to) => body.slice(0, to), "ends early") },
    {
      weight: 2,
      arbitrary: place.map((share) => {
        const sent = Buffer.from(body).subarray(0, index(body, share));
        const missing = Buffer.byteLength(body) - sent.length;
        return mutation("is cut", { status: 200, body: sent, missing });
      }),
    },
    {
      weight: 8,
      arbitrary: fc.tuple(place, fc.constantFrom(...PIECES), fc.nat(3)).map(([share, piece, over]) => {
        const to = index(body, share);
        return mutation("has a piece put in", text(body.slice(0, to) + piece + body.slice(to + over)));
      }),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(([share, byte]) => {
        const bytes = Buffer.from(body);
        if (bytes.length > 0) bytes[index(body, share)] = byte;
        return mutation("has another byte", { status: 200, body: bytes, missing: 0 });
      }),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 80 })).map(([share, length]) => {
        const from = index(body, share);
        return mutation("lacks a part", text(body.slice(0, from) + body.slice(from + length)));
      }),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(place, place, fc.integer({ min: 1, max: 60 })).map(([share, other, length]) => {
        const part = body.slice(index(body, share)).slice(0, length);
        const to = index(body, other);
        return mutation("has a part twice", text(body.slice(0, to) + part + body.slice(to)));
      }),
    },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(...wordsOf(body))
        .chain((word) =>
          fc
            .constantFrom(
              "",
              "success",
              "error",
              "unauth",
              "no",
              "7",
              "19",
              "-1",
              "99",
              "FIN",
              "OK",
              "FAIL",
              "PEND",
              "x",
            )
            .map((other) => mutation(`says ${other} for ${word}`, text(replacedOnce(body, word, other)))),
        ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...OTHER_BODIES).map((other) => mutation("is another one", text(other))),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504)
        .map((status) => mutation(`has status ${status}`, { ...text(body), status })),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom<(body: string) => string>(
          (whole) => `<?xml version="1.0" encoding="UTF-8"?>\n${whole}\n`,
          (whole) => `\ufeff${whole}`,
          (whole) => `\n  ${whole}\n\n`,
          (whole) => `${whole}<!-- end -->`,
          (whole) => whole.replace(/="([^"']*)"/g, "='$1'"),
          (whole) => whole.replace(/="([^"']*)"/g, ' = "$1"'),
          (whole) => whole.replace(/<([\w-]+)\/>/g, "<$1></$1>"),
          (whole) => whole.replace(/<([\w-]+)><\/\1>/g, "<$1 />"),
          (whole) => whole.replace(/>([\w .:/-]+)<\//g, "><![CDATA[$1]]></"),
        )
        .map((change) => mutation("is written otherwise", text(change(body)), true)),
    },
  );
}

/** Texts and attribute values that an answer consists of. */
function wordsOf(body: string): string[] {
  const words = [...body.matchAll(/>([^<>]+)<|"([^"<>]*)"|<([\w-]+)[ >]/g)];
  return [...new Set(words.map(([, content, value, tag]) => content ?? value ?? tag ?? ""))].filter(
    (word) => word,
  );
}

function replacedOnce(body: string, word: string, other: string): string {
  const at = body.indexOf(word);
  return body.slice(0, at) + other + body.slice(at + word.length);
}
