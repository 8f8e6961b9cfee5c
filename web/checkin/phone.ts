/** What this phone can do; all of it optional, none of it asked for before it is needed. */

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>
}
interface TagReader extends EventTarget {
  scan(options: { signal: AbortSignal }): Promise<void>
}
type Maker<Made, Options = undefined> = new (options?: Options) => Made
const found = <Made>(name: string): Made | undefined => (globalThis as unknown as Record<string, Made>)[name]

export const canScan = (): boolean =>
  found('BarcodeDetector') !== undefined && navigator.mediaDevices?.getUserMedia !== undefined
export const canReadTags = (): boolean => found('NDEFReader') !== undefined

/** Looks through the camera until a code is seen. @throws what the camera throws; the signal's reason */
export async function scanCode(video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const Make = found<Maker<Detector, { formats: string[] }>>('BarcodeDetector')
  if (!Make) throw new Error('这部手机的浏览器不能扫码，请用系统相机扫描，或输入代码')
  const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    video.srcObject = camera
    await video.play()
    const detector = new Make({ formats: ['qr_code'] })
    for (;;) {
      signal.throwIfAborted()
      const [code] = await detector.detect(video)
      if (code) return code.rawValue
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
  } finally {
    for (const track of camera.getTracks()) track.stop()
    video.srcObject = null
  }
}

/** The number of the tag that is held against the phone. */
export async function readTag(signal: AbortSignal): Promise<string> {
  const Make = found<Maker<TagReader>>('NDEFReader')
  if (!Make) throw new Error('这部手机的浏览器不能读 NFC，请扫码或输入代码')
  const reader = new Make()
  const read = new Promise<string>((resolve, reject) => {
    reader.addEventListener('reading', (event) => resolve((event as Event & { serialNumber: string }).serialNumber))
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  await reader.scan({ signal })
  return await read
}

const PLACE_MS = 4000
/** Where the phone is, if it says so in time. */
export const whereAmI = (): Promise<{ lat: number; lon: number; accuracyM: number } | undefined> =>
  new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(undefined)
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, accuracyM: coords.accuracy }),
      () => resolve(undefined),
      { timeout: PLACE_MS, maximumAge: 60_000, enableHighAccuracy: true },
    )
  })

/** Also where the page is not a secure context and `randomUUID` is missing. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = [...bytes].map((byte, at) =>
    (at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0'),
  )
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
