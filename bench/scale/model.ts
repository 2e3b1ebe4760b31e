/**
 * What a fleet costs its gateways, its chain and its air: plain arithmetic over costs that were measured once each
 * (docs/scale.md). `npm run bench -- scale` holds it against runs in virtual time.
 */

export interface Fleet {
  devices: number
  gateways: number
  /** s */
  epoch: number
  /** epochs a report */
  interval: number
  /** gateways whose anchors one anchor of anchors takes together; 1: each anchors for itself */
  fanIn: number
}

/** Measured: bytes by `bench -- scale`, gas by `bench -- chain`, time by `bench -- ingest`. */
export const costs = {
  /** a report of one sample of three channels in the store, with its indexes (bytes) */
  storeReport: 204,
  /** its leaf in the anchor's row */
  storeLeaf: 32,
  /** a device's share in an anchor's row, and an anchor's row without either */
  storeShare: 17,
  storeAnchor: 300,
  /** a device's own row: key, hello, profile */
  storeDevice: 600,
  /** an anchor on an embedded chain: block, transaction, receipt, log, new nodes of the tries (bytes) */
  chainAnchor: 2_700,
  /** a device's registration and approval there */
  chainDevice: 4_560,
  /** what each gets dearer by with each level of its contract's trie: a branch of 16 hashes, written anew by each block that changes it */
  anchorLevel: 532,
  deviceLevel: 1_170,
  gasAnchor: 51_141,
  gasRegister: 92_849,
  gasApprove: 8_503,
  /** processor time of a gateway a report, its signature check included (s) */
  ingest: 167e-6,
} as const

/** A consortium chain's capacity: blocks of 30 M gas every 5 s (assumed: Ethereum's limit for years, Besu's usual period). */
export const CHAIN_GAS_A_SECOND = 30e6 / 5
const DAY = 86_400

/** Bytes on an embedded chain of so many anchors and devices, one by one. */
export function chainOf(anchors: number, devices: number): number {
  const { chainAnchor, chainDevice, anchorLevel, deviceLevel } = costs
  return (
    anchors * (chainAnchor + anchorLevel * meanLevels(anchors)) +
    devices * (chainDevice + deviceLevel * meanLevels(devices))
  )
}

/** Mean of log16(k) for k from 1 to n: how deep the trie was when the n came in turn. */
function meanLevels(n: number): number {
  return Math.max(0, Math.log(n) - 1) / Math.log(16)
}

export interface Load {
  /** of all gateways, a day */
  reports: number
  anchors: number
  /** parts of the chain's capacity */
  chainPart: number
  /** bytes a day at one gateway: its own store */
  storeBytes: number
  /** bytes of the first year's anchors, which every full node keeps */
  chainBytes: number
  /** parts of one core at one gateway */
  core: number
  /** hours that enrolling the whole fleet takes, if the chain did nothing else */
  enrolHours: number
  /** bytes that a full receipt grows by, for the path to the anchor of anchors */
  receiptBytes: number
}

export function loadOf({ devices, gateways, epoch, interval, fanIn }: Fleet): Load {
  const epochs = DAY / epoch
  const reports = (devices * epochs) / interval
  const anchors = (gateways * epochs) / fanIn
  const perGateway = devices / gateways
  // Where devices report every n-th epoch they spread over the epochs between.
  const inAnchor = perGateway / interval
  const { storeReport, storeLeaf, storeShare, storeAnchor } = costs
  return {
    reports,
    anchors,
    chainPart: (anchors * costs.gasAnchor) / (CHAIN_GAS_A_SECOND * DAY),
    storeBytes: epochs * (inAnchor * (storeReport + storeLeaf + storeShare) + storeAnchor),
    chainBytes: chainOf(anchors * 365, 0),
    core: (perGateway * costs.ingest) / (epoch * interval),
    enrolHours: (devices * (costs.gasRegister + costs.gasApprove)) / CHAIN_GAS_A_SECOND / 3600,
    receiptBytes: fanIn === 1 ? 0 : 32 * Math.ceil(Math.log2(fanIn)) + 44,
  }
}
