/** Every bound of the gateway in one place. Full never means lost: it means "later". */
export interface Limits {
  /** devices that wait for the operator's approval */
  pendingDevices: number
  /** hellos whose signature is checked, per second; as many may come at once after a quiet second */
  hellosPerSecond: number
  /** reports between decryption and commit; beyond it devices are told "later" */
  queuedReports: number
  /** reports of one group commit */
  commitReports: number
  /** registrations on their way to the chain at once */
  registrations: number
  /** leaves of the Merkle trees kept in memory for making receipts */
  cachedLeaves: number
  /** ms within which a challenge must come back signed */
  challengeAge: number
  /** bytes of bodies that come or go in blocks, held at once; for each sender's address */
  transferBytes: number
  transferBytesPerSource: number
  /** ms within which such a body must have come, and its answer gone */
  transferAge: number
}

export const defaultLimits: Limits = {
  pendingDevices: 1_024,
  hellosPerSecond: 200,
  queuedReports: 4_096,
  commitReports: 512,
  registrations: 32,
  cachedLeaves: 131_072,
  challengeAge: 120_000,
  transferBytes: 8 * 1_048_576,
  transferBytesPerSource: 1_048_576,
  transferAge: 60_000,
}
