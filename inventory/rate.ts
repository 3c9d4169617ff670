/**
 * EC2 gives each account and region a bucket of 100 requests per action, which refills by 20 a second (EC2
 * API reference, request throttling). Staying well under it leaves room for the account's other users.
 */
export const REQUEST_RATE = { burst: 40, perSecond: 15 };

/** The same of calls that change something, whose buckets hold 50 and refill by 5 a second. */
export const CHANGE_RATE = { burst: 25, perSecond: 4 };
