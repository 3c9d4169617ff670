import { generate } from "selfsigned";

/** A new self-signed certificate for loopback names and `host`, as PEM; clients can trust it as a CA. */
export function certificateFor(host: string): Promise<{ cert: string; private: string }> {
  return generate([{ name: "commonName", value: "PA-VM" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          ...(/^[\d.]+$/.test(host) && host !== "127.0.0.1" ? [{ type: 7 as const, ip: host }] : []),
        ],
      },
    ],
  });
}
