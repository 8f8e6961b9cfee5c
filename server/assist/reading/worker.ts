import { parentPort, workerData } from 'node:worker_threads'
import { readCase } from './read.ts'
import type { SourceText } from './text.ts'

/** The thread that reads a whole case file (apart.ts). */
parentPort?.postMessage(readCase((workerData as { sources: SourceText[] }).sources))
