import type { Hex } from "../keys.ts"

/** Between the gateway's main thread and the node's. */

export interface NodeData {
  dir: string
  chainId: number
  funded: Hex[]
  now: number
  vanity?: Uint8Array | undefined
  durable?: boolean | undefined
}

/** `now`: the node has no clock of its own, each request brings the time. */
export type ToNode =
  | { type: "request"; id: number; now: number; body: unknown; session?: number }
  /** Seal a block unless there is one since then (Unix milliseconds). */
  | { type: "seal"; id: number; now: number; since: number }
  | { type: "disconnect"; session: number }
  | { type: "close" }

export type FromNode =
  | { type: "ready"; genesisHash: Hex; sealers: Hex[] }
  | { type: "failed"; code: string; message: string }
  | { type: "answer"; id: number; body: unknown }
  /** For a session: eth_subscription. */
  | { type: "notice"; session: number; message: object }
  | { type: "block"; number: number }
  /** A block could not be written; the node tries again. */
  | { type: "fault"; message: string }
