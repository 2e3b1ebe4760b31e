/** How far a run in virtual time has come: a bar on a terminal, else a line now and then. */
import type { WriteStream } from "node:tty"
import { createLogUpdate } from "log-update"
import { bar, grouped } from "./text.ts"

export interface Progress {
  /** 0 to 1 */
  fraction: number
  /** of virtual time */
  days: number
  devices: number
  wakes: number
}

export interface ProgressView {
  /** A sentence that stays readable. */
  notice(text: string): void
  /** Called often; asks only when it is time to show something. */
  update(progress: () => Progress): void
  end(): void
}

const DRAW_MS = 250
const BAR_COLUMNS = 24
/** Without a terminal: a line for every twentieth part, or after this time. */
const LINE_PART = 0.05
const LINE_MS = 30_000

/** `monotonicMs`: real time, for the rate and the time left. */
export function progressBar(stream: WriteStream, monotonicMs: () => number): ProgressView {
  const log = createLogUpdate(stream)
  const start = monotonicMs()
  let drawn = Number.NEGATIVE_INFINITY
  return {
    notice: (text) => log.persist(text),
    update(progress) {
      if (monotonicMs() < drawn + DRAW_MS) return
      drawn = monotonicMs()
      const now = progress()
      log(`${bar(now.fraction, BAR_COLUMNS)} ${progressWords(now, drawn - start)}`)
    },
    end: () => log.done(),
  }
}

export function progressLines(write: (line: string) => void, monotonicMs: () => number): ProgressView {
  const start = monotonicMs()
  let shown = 0
  let shownAt = start
  return {
    notice: write,
    update(progress) {
      const now = progress()
      const at = monotonicMs()
      if (now.fraction < shown + LINE_PART && at < shownAt + LINE_MS) return
      shown = now.fraction
      shownAt = at
      write(progressWords(now, at - start))
    },
    end: () => {},
  }
}

/** `elapsed`: real ms. */
export function progressWords({ fraction, days, devices, wakes }: Progress, elapsed: number): string {
  const left = fraction > 0 ? clockWords((elapsed * (1 - fraction)) / fraction) : "?"
  const rate = elapsed > 0 ? Math.round((1000 * wakes) / elapsed) : 0
  return (
    `${String(Math.floor(100 * fraction)).padStart(3)} %  day ${days.toFixed(2)}, ${grouped(devices)} devices, ` +
    `${grouped(wakes)} wakes, ${grouped(rate)}/s, ${left} left`
  )
}

function clockWords(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
