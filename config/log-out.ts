import { pino } from 'pino'

/**
 * Where log lines go: stdout, which may be a file on a disk that is full. A line that cannot be written is lost; without
 * a listener the error would end the process that is about to wait for room.
 */
export const logOut = () => pino.destination({ dest: 1, sync: false }).on('error', () => undefined)
