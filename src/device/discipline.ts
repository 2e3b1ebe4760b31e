/**
 * What a device believes of its oscillator, and how acks change it: a tracking filter over phase and rate. It weighs each
 * ack by how much that can tell (its round trip) against how far off the clock itself may be by then.
 */

export interface Moment {
  /** oscillator, µs */
  local: number
  /** gateway, unix µs */
  unix: number
}

export interface ClockBelief {
  /** a moment by both clocks; absent: the time is not known */
  mark: Moment | undefined
  /** how much faster the gateway's clock runs than the oscillator, parts per billion */
  skewPpb: number
  /** how far from that the rate may be, by past predictions; 0: no rate was learned yet */
  residualPpb: number
  /** how far it may be besides, as the first acks told little of it; each one after them makes that less */
  roughPpb: number
  /** how far the acks' own time may be off, µs */
  error: number
  /** µs that acks take to come down, as calls have shown; below 0: none was heard yet */
  way: number
  /** what one ack said beyond anything the oscillator can do: a second one must agree */
  doubt: Moment | undefined
}

/** `Ack.time` counts whole milliseconds: half of one is added, and half of one remains (µs). */
const RESOLUTION = 500
/**
 * What an ack leaves open is where in its round trip the gateway read its clock. Until a call has told: after its work, and
 * an ack is shorter than its request.
 */
const WAY_DOWN = 1 / 4
/** A call comes at its slot, up to the air's own delay (µs). */
const CALL_ERROR = 2_000
const WAY_STEP = 3_000
/** Two acks must lie this far apart for their difference to tell a rate (µs). */
const RATE_INTERVAL = 30_000_000
/** No oscillator that works is further off (ppb). */
const MOST_SKEW = 50_000_000
/** Most of a part's rated error is constant, and known with the first rate: this part of it may come and go. */
const FIRST_RESIDUAL = 1 / 8
/** The residual rises with what is seen at once, and falls by this part of the way with each ack. */
const DECAY = 1 / 32
/** So much of `error` does not count as seen. */
const BENEFIT = 1 / 4
const LEAST_RESIDUAL = 50

export function unixAt({ mark, skewPpb }: ClockBelief, local: number): number {
  const elapsed = local - mark!.local
  return mark!.unix + elapsed + (elapsed * skewPpb) / 1e9
}

/** How far off `unixAt` may be at `local`, µs, for an oscillator rated `ppm`. */
export function uncertainty({ mark, residualPpb, roughPpb, error }: ClockBelief, local: number, ppm: number): number {
  return error + 2 * (Math.max(residualPpb, roughPpb) || ppm * 1000) * 1e-9 * (local - mark!.local)
}

/** The same if nothing but the rating were known. */
export function rated({ mark, residualPpb, error }: ClockBelief, local: number, ppm: number): number {
  return error + 2 * Math.max(ppm * 1000, residualPpb) * 1e-9 * (local - mark!.local)
}

export interface AckTime {
  /** oscillator µs at which it was asked for, and came */
  sent: number
  received: number
  /** gateway time in it, unix ms */
  time: number
  /** it must be right, whatever this clock says */
  sure?: boolean
  /**
   * The call heard before it. Nobody vouches for a call, so it is believed only as far as the ack leaves room: within its
   * round trip.
   */
  call?: Moment | undefined
}

/** The belief after an ack. `ppm`: what the oscillator is rated. */
export function learned(earlier: ClockBelief, ack: AckTime, ppm: number): ClockBelief {
  const { received, sure = false } = ack
  const roundTrip = received - ack.sent
  const called = wayByCall(earlier, ack)
  const guessed = earlier.way < 0 ? roundTrip * WAY_DOWN : Math.min(earlier.way, roundTrip)
  const now = { local: received, unix: ack.time * 1000 + RESOLUTION + Math.round(called ?? guessed) }
  // Where a call says that the ack came down sooner than others, it may be the call that came late.
  const late = called === undefined || earlier.way < 0 ? 0 : Math.max(0, earlier.way - called)
  const plain = called === undefined ? RESOLUTION + roundTrip * WAY_DOWN : CALL_ERROR + late
  const before = called === undefined ? earlier : { ...earlier, way: wayAfter(earlier.way, called) }
  const { mark, skewPpb, residualPpb, roughPpb } = before
  if (!mark) return { ...before, mark: now, error: plain, doubt: undefined }
  // The first call shows how wrong the guess was: no lesson on the oscillator.
  if (called !== undefined && earlier.way < 0) return { ...before, mark: now, error: plain, doubt: undefined }
  const age = received - mark.local
  const off = now.unix - unixAt(before, received)
  // What this exchange took longer than others do may lie on either way.
  const error = Math.min(plain, before.error + (plain - before.error) / 8)
  const spread = error + Math.max(0, plain - error) * 3
  const allowed = spread + rated(before, received, ppm)
  // The first ack that tells a rate may tell any: parts are worse than their rating at times.
  const first = residualPpb === 0 && Math.abs(off) > allowed
  const possible = residualPpb === 0 ? spread + (age * MOST_SKEW) / 1e9 : allowed
  if (Math.abs(off) > possible) return contradicted({ ...before, error }, now, possible, sure)

  const drift = uncertainty(before, received, ppm) - before.error
  const variance = before.error ** 2 + drift ** 2
  const gain = first ? 1 : variance / (variance + spread ** 2)
  const after = { ...before, mark: { local: received, unix: now.unix - off * (1 - gain) }, error, doubt: undefined }
  if (age < RATE_INTERVAL) return after
  const share = first ? 1 : drift ** 2 / (variance + spread ** 2)
  const skew = Math.round(skewPpb + share * (off / age) * 1e9)
  const prior = residualPpb === 0 ? ppm * 1000 : roughPpb
  const rough = first ? (spread / age) * 1e9 : prior * Math.sqrt(1 - share)
  const seen = (Math.max(0, Math.abs(off) - spread + error * (1 - BENEFIT)) / age) * 1e9 - 2 * prior
  const residual =
    residualPpb === 0
      ? ppm * 1000 * FIRST_RESIDUAL
      : Math.max(seen, residualPpb + (Math.max(0, seen) - residualPpb) * DECAY, LEAST_RESIDUAL)
  return {
    ...after,
    skewPpb: Math.max(-MOST_SKEW, Math.min(MOST_SKEW, skew)),
    residualPpb: Math.round(residual),
    roughPpb: Math.round(rough),
  }
}

/** µs that this ack took to come down, where a call tells. */
function wayByCall({ skewPpb }: ClockBelief, { sent, received, time, call }: AckTime): number | undefined {
  if (!call) return undefined
  const elapsed = received - call.local
  const down = call.unix + elapsed + (elapsed * skewPpb) / 1e9 - (time * 1000 + RESOLUTION)
  return down >= -RESOLUTION && down <= received - sent + RESOLUTION ? Math.max(0, Math.round(down)) : undefined
}

/**
 * Down by half of what is seen, up by a quarter and never far: an ack that was sent three times must not spoil what all
 * others take, nor be believed for long where it was the first.
 */
function wayAfter(way: number, seen: number): number {
  if (way < 0) return seen
  return Math.round(seen < way ? (way + seen) / 2 : way + Math.min(WAY_STEP, (seen - way) / 4))
}

/**
 * The gateway's clock is elsewhere: believed when two acks agree, and no lesson on the oscillator. Where they do not, it
 * may be the oscillator after all, worse than it was ever rated: the residual grows until it covers that.
 */
function contradicted(before: ClockBelief, now: Moment, possible: number, sure: boolean): ClockBelief {
  const { doubt, skewPpb, residualPpb } = before
  if (sure) return { ...before, mark: now, doubt: undefined }
  if (!doubt) return { ...before, doubt: now }
  const elapsed = now.local - doubt.local
  const off = Math.abs(now.unix - doubt.unix - elapsed - (elapsed * skewPpb) / 1e9)
  if (off <= possible) return { ...before, mark: now, doubt: undefined }
  const seen = elapsed < RATE_INTERVAL ? 0 : Math.min(MOST_SKEW, Math.round((off / elapsed) * 1e9))
  return { ...before, doubt: now, residualPpb: Math.max(residualPpb, seen) }
}
