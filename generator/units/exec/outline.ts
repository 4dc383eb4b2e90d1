import type { Config } from '../../description/config.js';
import type { Exec, Geometry } from '../../isa/program.js';
import { visitedPositions } from './walk.js';

/** Cycles of an EXEC, roughly: vectors that enter the array, or the loading of stationary tiles where that is longer. */
export const outlineCycles = ({ rows, columns }: Config['array'], geometry: Geometry, exec: Exec): number => {
  const [down, across] = [visitedPositions(geometry, exec, 'H'), visitedPositions(geometry, exec, 'W')];
  const { nb, columnTiles, reductionTiles } = exec;
  let cycles = 0;
  if (exec.reducePixels) {
    for (const h of down) for (const w of across) cycles += Math.ceil((nb * h * w) / rows);
    return cycles * Math.max(rows * reductionTiles, columns) * columnTiles;
  }
  const load = Math.max(rows, columns);
  for (const h of down) for (const w of across) if (h * w > 0) cycles += Math.max(load, nb * h * w);
  return cycles * columnTiles * reductionTiles;
};
