import type { Hex } from "../keys.ts"

/** Between the gateway's main thread and the node's. */

export interface NodeData {
  dir: string
  chainId: number
  funded: Hex[]
  now: number
}

/** `now`: the node has no clock of its own, each request brings the time. */
export type ToNode = { type: "request"; id: number; now: number; body: unknown } | { type: "close" }

export type FromNode =
  | { type: "ready"; genesisHash: Hex; sealers: Hex[] }
  | { type: "failed"; code: string; message: string }
  | { type: "answer"; id: number; body: unknown }
