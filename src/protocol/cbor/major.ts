/** Major types, RFC 8949 §3.1. A module and no object: a bundler writes its constants where they are used. */
export const uint = 0
export const negative = 1
export const bytes = 2
export const text = 3
export const array = 4
export const map = 5
export const tag = 6
export const simple = 7
