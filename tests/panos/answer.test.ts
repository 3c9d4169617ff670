import { inspect } from "node:util";
import { expect } from "chai";
import { readAnswer } from "../../panos/answer";
import { PanosError } from "../../panos/error";
import { textAt } from "../../panos/xml";

/** The error that an answer is read as. */
function refusal(status: number, body: string, action = "set", sent: string[] = []): PanosError {
  try {
    readAnswer(status, body, { action, xpath: "/config" }, sent);
  } catch (error) {
    if (error instanceof PanosError) return error;
    throw error;
  }
  throw new Error("the answer was read as success");
}

// Bodies as recorded in public clients' tests.
describe("answers", () => {
  it("of success give their result and code, however they are quoted", () => {
    const answer = readAnswer(
      200,
      "<response status = 'success'><result><key>LUFRPT1==</key></result></response>",
      {},
    );
    expect(textAt(answer.result, "key")).to.equal("LUFRPT1==");
    expect(readAnswer(200, '<response status="success" code="7"><result/></response>', {}).code).to.equal(
      "7",
    );
  });

  const denied = (status: number, message: string) =>
    `<response status = 'error' code = '${status}'><result><msg>${message}</msg></result></response>`;

  it("of a key that is unknown, has expired, or belongs to a login that is wrong, are told apart", () => {
    const refusals: [number, string, string, string, string][] = [
      [403, denied(403, "Invalid Credential"), "get", "KEY_REFUSED", "revoked or replaced"],
      [403, denied(403, "Not Authenticated"), "get", "KEY_REFUSED", "npm run keygen"],
      [400, denied(400, "Key Expired"), "get", "KEY_EXPIRED", "end of the life"],
      [
        200,
        '<response status="error" code="22"><msg><line>Session timed out</line></msg></response>',
        "get",
        "SESSION_TIMED_OUT",
        "run again",
      ],
      [403, denied(403, "Invalid Credential"), "keygen", "LOGIN_REFUSED", "PANOS_PASSWORD"],
    ];
    for (const [status, body, action, code, advice] of refusals) {
      const error = refusal(status, body, action);
      expect([error.code, error.message.includes(advice)], error.message).to.deep.equal([code, true]);
    }
  });

  it("of a role that is too small name the right that it lacks", () => {
    const error = refusal(403, denied(403, "Type [commit] not authorized for user role."));
    expect(error.code).to.equal("FORBIDDEN");
    expect(error.message).to.contain("enable <commit> in its <xmlapi>").and.contain("docs/install.md");
    const unauthorized =
      '<response status="unauth" code="16"><msg><line>Unauthorized request</line></msg></response>';
    expect(refusal(200, unauthorized).code).to.equal("FORBIDDEN");
  });

  it("of an invalid reference carry each of the device's lines", () => {
    const error = refusal(
      200,
      `<response status="error" code="12"><msg><line><![CDATA[ Test1 -> source 'FOO' is not a valid reference]]></line><line><![CDATA[ Test1 -> source is invalid]]></line></msg></response>`,
    );
    expect(error.code).to.equal("REFUSED");
    expect(error.panosCode).to.equal("12");
    expect(error.lines).to.deep.equal([
      "Test1 -> source 'FOO' is not a valid reference",
      "Test1 -> source is invalid",
    ]);
    expect(error.message).to.contain("(xpath /config").and.contain(", PAN-OS code 12)");
    // Where it was is of use only where that was refused.
    const wrongKey = '<response status="error"><msg><line>Invalid Credential</line></msg></response>';
    expect(refusal(403, wrongKey).message).not.to.contain("xpath").and.not.to.match(/\)$/);
  });

  it("of a failed multi-config name the operation that failed, and its lines", () => {
    const error = refusal(
      200,
      `<response status="error" code="12"><response status="success" code="20" id="0"><msg>command succeeded</msg></response><response status="error" code="12" id="1"><msg><line>x can be at most 63 characters, but current length: 64</line></msg></response></response>`,
    );
    expect(error.operationId).to.equal("1");
    expect(error.lines).to.deep.equal(["x can be at most 63 characters, but current length: 64"]);
  });

  it("that ask to try again are told apart", () => {
    const body = `<response status="error"><msg><line>Timed out while getting config lock. Please try again.</line></msg></response>`;
    expect(refusal(200, body).code).to.equal("BUSY");
  });

  it("that aren't PAN-OS answers show their first line", () => {
    for (const body of [
      "<html><body>Bad gateway</body></html>",
      "Bad gateway\nline two",
      "<response status='success'",
    ]) {
      const error = refusal(502, body);
      expect(error.code, body).to.equal("NOT_PANOS");
      expect(error.message).to.contain(body.split("\n")[0]!).and.contain("HTTP 502");
    }
    expect(refusal(200, "").message).to.contain("it is empty");
  });

  it("of a multi-config request are no success where one of its operations failed", () => {
    const error = refusal(
      200,
      '<response status="success" code="20"><response status="error" code="12" id="0"><msg><line>a is invalid</line>' +
        '</msg></response><response status="success" code="20" id="1"/></response>',
    );
    expect(error.code).to.equal("REFUSED");
    expect(error.lines).to.deep.equal(["a is invalid"]);
    expect(error.operationId).to.equal("0");
  });

  it("are no success with any HTTP status but 200", () => {
    for (const status of [201, 302, 404]) {
      expect(refusal(status, '<response status="success"/>').code).to.equal("NOT_PANOS");
    }
  });

  it("that aren't PAN-OS answers show no secret that they repeat, and no key of half an answer to a login", () => {
    for (const body of ["x-pan-key: LUFRPT1abc== HTTP/1.1", "<a>LUFRPT1abc==</b>", "<LUFRPT1abc=='"]) {
      const echo = inspect(refusal(500, body, "get", ["LUFRPT1abc==", ""]), { depth: 9 });
      expect(echo, body).to.contain("***");
      expect(echo, body).not.to.contain("LUFRPT1abc");
    }
    const login = refusal(200, "POST type=keygen&user=a&password=s3c%26r%2Bt", "keygen", ["s3c&r+t"]);
    expect(login.message).to.contain("user=a&password=***");
    const half = refusal(200, "<response status = 'success'><result><key>LUFRPT1abc", "keygen");
    expect(inspect(half, { depth: 9 })).not.to.contain("LUFRPT1");
    expect(half.message).to.contain("not one of a PAN-OS XML API (HTTP 200). Check");
  });
});
