/** Devices to route for, with the package that is taken and what they hold. */
export const DEVICES = {
  hx8k: { title: 'iCE40 HX8K', option: '--hx8k', package: 'ct256', abc9: 'hx', luts: 7680, blockRams: 32, dsps: 0 },
  up5k: { title: 'iCE40 UP5K', option: '--up5k', package: 'sg48', abc9: 'u', luts: 5280, blockRams: 30, dsps: 8 },
} as const;
export type Device = keyof typeof DEVICES;
export const DEVICE_NAMES = Object.keys(DEVICES) as readonly Device[];
