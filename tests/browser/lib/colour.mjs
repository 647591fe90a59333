// What a computed colour is in OKLab, and how it stands out.

const linear = (byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** `rgb(1, 2, 3)` to bytes. */
export function parse(text) {
  const channels = /^rgba?\((\d+), (\d+), (\d+)(?:, 1)?\)$/.exec(text);
  if (!channels) throw new Error(`not an opaque colour: ${text}`);
  return channels.slice(1, 4).map(Number);
}

function oklab(text) {
  const [r, g, b] = parse(text).map(linear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** ΔE_OK */
export function distance(one, other) {
  const [a, b] = [oklab(one), oklab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Degrees. */
export function hue(text) {
  const [, a, b] = oklab(text);
  return ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
}

/** WCAG contrast ratio. */
export function contrast(one, other) {
  const luminance = (text) => {
    const [r, g, b] = parse(text).map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
