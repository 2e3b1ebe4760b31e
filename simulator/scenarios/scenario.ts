/** What a scenario file may say (docs/scenarios.md is written from this). Durations are microseconds. */
import { type BatteryName, batteries } from "../energy/batteries.ts"
import { type BoardName, boards } from "../energy/boards.ts"
import { type ChipName, chips } from "../energy/chips.ts"
import { type HarvesterName, harvesters } from "../energy/harvest.ts"
import { type OscillatorName, oscillators } from "../energy/oscillators.ts"
import { type MediumName, media } from "../radio/profiles.ts"
import {
  absent,
  date,
  duration,
  either,
  list,
  number,
  object,
  oneOf,
  optional,
  required,
  text,
  type ValueOf,
  variants,
  whole,
} from "./schema.ts"

const names = <T extends string>(profiles: Record<T, unknown>) => Object.keys(profiles) as T[]
const DAY_US = 86_400_000_000
const surroundings = either(oneOf(["outdoor", "indoor"]), number(-40, 85))

export const naiveFields = {
  count: required(whole(1, 100_000), "devices of the group's kind that learn nothing of their clocks"),
  guard: absent(duration("1ms", "60s"), "their fixed guard", "twice the oscillator's rated error over an interval"),
}

export const groupFields = {
  name: required(text, "what the report calls it"),
  count: required(whole(1, 100_000), "devices"),
  chip: optional(oneOf<ChipName>(names(chips)), "esp32c6", "currents and speed"),
  board: optional(oneOf<BoardName>(names(boards)), "low", "leakage and sensor"),
  medium: optional(oneOf<MediumName>(names(media)), "wifi", "link and what happens on it"),
  radios: optional(
    whole(1, 16),
    1,
    "radios of the gateway for the group, each on a channel of its own; its devices are dealt out among them",
  ),
  loss: optional(number(0, 1), 0, "part of the datagrams lost each way, on top of the medium's own"),
  latency: optional(duration("0ms", "60s"), 0, "mean delay each way, on top of the medium's own", "0ms"),
  oscillator: optional(oneOf<OscillatorName>(names(oscillators)), "rc-calibrated", "what it counts its sleep with"),
  surroundings: optional(surroundings, "indoor" as const, "temperature: recorded, or degC"),
  battery: optional(oneOf<BatteryName>(names(batteries)), "2xAA-lithium", "what feeds it"),
  charged: optional(number(0, 1), 1, "state of charge at the start"),
  harvest: absent(oneOf<HarvesterName>(names(harvesters)), "what charges it"),
  sensor: optional(oneOf(["office-room"]), "office-room", "the recording that it replays"),
  batch: optional(whole(1, 24), 1, "samples a report"),
  interval: optional(whole(1, 1000), 1, "epochs a report"),
  firmware: optional(text, "current", "`current`, or the path of another device bundle, from the scenario's folder"),
  naive: absent(object(naiveFields, "an object"), "twins to compare with; they come on top of `count`"),
}

const whom = {
  group: absent(text, "only devices of this group", "all groups"),
  share: optional(number(0, 1), 1, "part of those devices, drawn by the seed"),
}
const when = {
  at: absent(duration("0s", "10000d"), "once, so long after the start"),
  every: absent(duration("1s", "10000d"), "again and again, so far apart on average, each device for itself"),
  until: absent(duration("0s", "10000d"), "no more after this", "the end of the run"),
}
const once = { at: required(duration("0s", "10000d"), "so long after the start") }

export const faultKinds = {
  "power-cut": {
    ...{ ...when, ...whom },
    tear: optional(number(0, 1), 0.5, "how much of the flash operation under way still happens"),
  },
  reset: { ...when, ...whom },
  "bad-blocks": { ...when, ...whom, sectors: optional(whole(1, 64), 1, "flash sectors that go bad each time") },
  "retained-corrupted": { ...when, ...whom },
  "brown-out": { ...when, ...whom, for: optional(duration("1s", "1000d"), 60e6, "without power", "1m") },
  outage: { ...when, ...whom, for: required(duration("1s", "1000d"), "the link is down") },
  "clock-off": { ...when, ...whom, by: required(duration("1s", "1000h"), "the device's clock jumps ahead") },
  update: {
    ...{ ...once, ...whom },
    firmware: required(text, "what the board runs from then on, as the `firmware` of a group"),
  },
  cloned: { ...once, ...whom, for: absent(duration("1m", "1000d"), "the clone reports as well", "the end of the run") },
  "key-revoked": { ...once, ...whom },
  "gateway-down": { ...once, for: required(duration("1s", "1000d"), "nobody answers") },
  "gateway-restored": {
    ...once,
    age: required(duration("1s", "1000d"), "how old the backup is that it comes back from"),
  },
  "gateway-time": {
    ...once,
    for: required(duration("1s", "1000d"), "the gateway lies about time"),
    by: required(duration("-1000h", "1000h"), "how far ahead"),
  },
}

export const scenarioFields = {
  name: required(text, "what the report calls the run"),
  about: optional(text, "", "what it shows, for people", "nothing"),
  seed: optional(whole(0, 2 ** 47), 1, "everything random follows from it"),
  start: optional(date, Date.UTC(2026, 0, 1), "first day: it gives the season", "2026-01-01"),
  days: required(number(0.01, 3660), "how long samples are taken"),
  epoch: optional(duration("1s", "1d"), 600e6, "length of an epoch", "10m"),
  groups: required(list(object(groupFields, "an object"), "a list of groups"), "the fleet, by kind of device"),
  restarts: optional(
    list(duration("0s", "10000d"), "a list of durations"),
    [],
    "when the gateway is restarted, so long after the start",
    "none",
  ),
  faults: optional(list(variants("kind", faultKinds, "an object"), "a list of faults"), [], "what goes wrong", "none"),
}

export type Group = ValueOf<typeof groupFields>
export type Scenario = ValueOf<typeof scenarioFields>
export type Fault = Scenario["faults"][number]
export type FaultKind = keyof typeof faultKinds

/** End of sampling, in the scheduler's microseconds. */
export function endOf({ days }: Scenario): number {
  return Math.round(days * DAY_US)
}
