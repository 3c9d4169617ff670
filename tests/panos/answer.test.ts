import { expect } from "chai";
import { readAnswer } from "../../panos/answer";
import { PanosError } from "../../panos/error";
import { textAt } from "../../panos/xml";

/** The error that an answer is read as. */
function refusal(status: number, body: string): PanosError {
  try {
    readAnswer(status, body, { action: "set", xpath: "/config" });
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

  it("of refused credentials say which settings to check", () => {
    const error = refusal(
      403,
      "<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>",
    );
    expect(error.code).to.equal("credentials");
    expect(error.message).to.contain("Invalid Credential").and.contain("PANOS_API_KEY");
  });

  it("of a role's missing right are told apart from bad credentials", () => {
    const error = refusal(
      403,
      "<response status = 'error' code = '403'><result><msg>Type [commit] not authorized for user role.</msg></result></response>",
    );
    expect(error.code).to.equal("forbidden");
  });

  it("of an expired key count as refused credentials", () => {
    const body = '<response status="error" code="400"><result><msg>Key Expired</msg></result></response>';
    expect(refusal(400, body).code).to.equal("credentials");
  });

  it("of an invalid reference carry each of the device's lines", () => {
    const error = refusal(
      200,
      `<response status="error" code="12"><msg><line><![CDATA[ Test1 -> source 'FOO' is not a valid reference]]></line><line><![CDATA[ Test1 -> source is invalid]]></line></msg></response>`,
    );
    expect(error.code).to.equal("refused");
    expect(error.panosCode).to.equal("12");
    expect(error.lines).to.deep.equal([
      "Test1 -> source 'FOO' is not a valid reference",
      "Test1 -> source is invalid",
    ]);
    expect(error.message).to.contain("action set").and.contain("xpath /config");
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
    expect(refusal(200, body).code).to.equal("busy");
  });

  it("that aren't PAN-OS answers show their first line", () => {
    for (const body of [
      "<html><body>Bad gateway</body></html>",
      "Bad gateway\nline two",
      "<response status='success'",
    ]) {
      const error = refusal(502, body);
      expect(error.code, body).to.equal("not-panos");
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
    expect(error.code).to.equal("refused");
    expect(error.lines).to.deep.equal(["a is invalid"]);
    expect(error.operationId).to.equal("0");
  });

  it("are no success with any HTTP status but 200", () => {
    for (const status of [201, 302, 404]) {
      expect(refusal(status, '<response status="success"/>').code).to.equal("not-panos");
    }
  });
});
