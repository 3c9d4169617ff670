/** What data sources can't tell, or not in time. Whoever catches it may ask EC2's own API. */
export class BeyondLookups extends Error {
  override readonly name = "BeyondLookups";

  constructor(
    /** The rest of a sentence: what they can't, and why. */
    readonly why: string,
    /** The account that the data sources ask, where they know it. */
    readonly accountId: string | undefined,
  ) {
    super(why);
  }
}
