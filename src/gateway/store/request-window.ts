/**
 * Which request numbers of a session were used: the highest, and a bit for it and each of the 31 below. Two integers,
 * so that they live in the device's row and are committed with what the request brought.
 */
export interface RequestWindow {
  requestTop: number
  requestMask: number
}

const WIDTH = 32

/** Request 0 is the answer to the hello, so it is used from the start. */
export const freshWindow: RequestWindow = { requestTop: 0, requestMask: 1 }

/** Whether `request` was used before, or is too far back to tell. */
export function isUsed({ requestTop, requestMask }: RequestWindow, request: number): boolean {
  const back = requestTop - request
  if (back < 0) return false
  return back >= WIDTH || ((requestMask >>> back) & 1) === 1
}

export function markUsed(window: RequestWindow, request: number): void {
  const ahead = request - window.requestTop
  if (ahead > 0) {
    window.requestMask = ahead >= WIDTH ? 1 : ((window.requestMask << ahead) | 1) >>> 0
    window.requestTop = request
  } else if (-ahead < WIDTH) window.requestMask = (window.requestMask | (1 << -ahead)) >>> 0
}
