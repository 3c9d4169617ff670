import { expect } from "chai";
import { frozen } from "../../settings/freeze";

const at = (settings: Record<string, unknown>, time: string) =>
  frozen((key) => {
    const value = settings[key.replace("aws-panos-rules:", "")];
    return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
  }, new Date(time));

// 2026-11-20 is a Friday.
describe("freeze", () => {
  it("is nothing that is there by default", () => {
    expect(at({}, "2026-11-20T12:00:00Z")).to.equal(undefined);
    expect(at({ paused: "false", freeze: [] }, "2026-11-20T12:00:00Z")).to.equal(undefined);
  });

  it("is on while paused is set, and says so", () => {
    expect(at({ paused: "true" }, "2026-11-20T12:00:00Z")).to.equal("aws-panos-rules:paused is set");
  });

  it("holds for a window's days and times in its time zone, its end excluded", () => {
    const freeze = [{ days: ["fri"], from: "16:00", to: "24:00", timeZone: "Europe/Berlin" }];
    for (const [time, open] of [
      ["2026-11-20T14:59:59Z", false],
      ["2026-11-20T15:00:00Z", true],
      ["2026-11-20T22:59:59Z", true],
      ["2026-11-20T23:00:00Z", false],
      ["2026-11-19T15:00:00Z", false],
    ] as const) {
      expect(at({ freeze }, time) !== undefined, time).to.equal(open);
    }
    expect(at({ freeze }, "2026-11-20T15:00:00Z")).to.include("fri 16:00 to 24:00 Europe/Berlin");
  });

  it("goes on over midnight on the days on which it began", () => {
    const freeze = [{ days: ["fri"], from: "22:00", to: "06:00" }];
    for (const [time, open] of [
      ["2026-11-20T05:00:00Z", false],
      ["2026-11-20T22:00:00Z", true],
      ["2026-11-21T05:59:00Z", true],
      ["2026-11-21T06:00:00Z", false],
      ["2026-11-21T22:00:00Z", false],
    ] as const) {
      expect(at({ freeze }, time) !== undefined, time).to.equal(open);
    }
  });

  it("follows a time zone's summer time", () => {
    const freeze = [{ from: "12:00", to: "13:00", timeZone: "America/New_York" }];
    expect(at({ freeze }, "2026-07-01T16:30:00Z")).not.to.equal(undefined);
    expect(at({ freeze }, "2026-12-01T16:30:00Z")).to.equal(undefined);
  });

  it("is all day and every day where nothing else is said", () => {
    expect(at({ freeze: [{}] }, "2026-11-22T00:00:00Z")).to.include("every day 00:00 to 24:00 UTC");
  });
});
