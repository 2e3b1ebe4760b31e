/** All that a view shows, at one moment. */
import type { Summary } from "../gateway-api.ts"
import type { LinkFigures } from "../link-figures.ts"
import type { DeviceState } from "../state.ts"

export interface Snapshot {
  devices: readonly DeviceState[]
  links: readonly LinkFigures[]
  /** samples a report */
  batch: number
  /** epochs in which samples are taken; absent: until stopped */
  epochs?: number
  epoch: EpochProgress
  /** the gateway's word, once it has given it */
  summary: Summary | undefined
  /** reports that were anchored before this run */
  anchoredBefore: number
  gatewayUrl: string
  /** what a person must type where approval is not the simulation's job */
  approveCommand?: string
  stopping: boolean
}

export interface EpochProgress {
  number: number
  /** 0 to 1 */
  fraction: number
  secondsLeft: number
}
