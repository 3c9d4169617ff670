import { generate } from "selfsigned";

type Certificate = Promise<{ cert: string; private: string }>;

/** Making one takes longer than all else that a simulator needs to start. */
const made = new Map<string, Certificate>();

/**
 * A self-signed certificate for loopback names and `host`, as PEM, new for each process; clients can trust it as
 * a CA.
 */
export function certificateFor(host: string): Certificate {
  const certificate = made.get(host) ?? newCertificate(host);
  made.set(host, certificate);
  return certificate;
}

function newCertificate(host: string): Certificate {
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
