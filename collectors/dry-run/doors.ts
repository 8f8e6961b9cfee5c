import type { ProfileFile, SourceOf } from '../../config/schema.ts'
import { decodeRow } from '../doors/decode.ts'
import type { DoorProfile } from '../doors/profile.ts'
import { artemisSample, dahuaSample, hikvisionSample, type RowsRead, zktecoSample } from './door-samples.ts'
import { type DryRunOffice, keysOf, type SampleReading } from './reading.ts'

type DoorKind = SourceOf<'hikvision'> | SourceOf<'artemis'> | SourceOf<'dahua'> | SourceOf<'zkteco'>

/**
 * A captured answer, a pushed document or an uploaded table of a controller → what its source would make of it. The
 * sample names no device: it is read as if the first one had said it.
 */
export function doorSample(source: DoorKind, file: ProfileFile, bytes: Buffer, office: DryRunOffice): SampleReading {
  const { profile, read } = rowsOf(source, file, bytes, office.now)
  const device = source.kind === 'artemis' ? source.id : (source.devices[0]?.id ?? source.id)
  const by = { profile, device, door: doorsOf(source, device, office), personHash: office.personHash }
  const result: SampleReading = {
    drafts: [],
    refusals: [...read.refusals],
    dropped: read.dropped,
    mapped: [],
    unmapped: [],
    notes: read.notes,
  }
  for (const row of read.rows) {
    const decoded = decodeRow(row, office.now, by)
    if (decoded.what === 'event') result.drafts.push(decoded.draft)
    else if (decoded.what === 'refused') result.refusals.push(decoded.refusal)
    else result.dropped++
  }
  result.mapped = keysOf(result.drafts)
  result.unmapped = strangeCodes(result, profile)
  return result
}

function rowsOf(
  source: DoorKind,
  file: ProfileFile,
  bytes: Buffer,
  now: number,
): { profile: DoorProfile; read: RowsRead } {
  switch (source.kind) {
    case 'hikvision':
      return hikvisionSample(file, bytes)
    case 'artemis':
      return artemisSample(file, bytes)
    case 'dahua':
      return dahuaSample(file, bytes, now, source.devices[0]?.epochIsLocal ?? false)
    case 'zkteco':
      return zktecoSample(file, bytes)
  }
}

function doorsOf({ kind, id }: DoorKind, device: string, { site }: DryRunOffice) {
  const mine = site.doors.filter(({ source }) => source === id)
  return (doorNo: number, code?: string): string | undefined =>
    mine.find((door) => (kind === 'artemis' ? door.device === code : door.device === device && door.doorNo === doorNo))
      ?.id
}

/** Codes of the sample that the profile does not know: their events become `access.other`. */
const strangeCodes = ({ drafts }: SampleReading, { events }: DoorProfile): string[] =>
  [...new Set(drafts.map(({ data }) => String(data.code)))].filter((code) => !Object.hasOwn(events, code))
