import type { Deps } from '#app/deps.ts'
import { operator } from '#core/access.ts'
import type { Dialect, Surface } from '#http/surface.ts'
import { arm, type Arm } from '#surfaces/arm/surface.ts'
import { graph, type Graph } from '#surfaces/graph/surface.ts'

/** The doors that everybody has; whoever comes in by the data directory needs no proof of who it is. */
const operatorArm: Surface<Arm> = { ...arm, identify: () => operator }
const operatorGraph: Surface<Graph> = { ...graph, identify: () => operator }

/** Takes a request through the surface that its path means. */
export const throughOperatorSurface = <Result>(
  path: string,
  deps: Deps,
  way: <D extends Dialect>(surface: Surface<D>, world: D['world']) => Result,
): Result => deps.store.asOneRequest(() => (path.startsWith('/graph/') ? way(operatorGraph, deps) : way(operatorArm, deps)))
