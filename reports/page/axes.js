"use strict";
// Axes: their scales, their round numbers or times of day, and values in words.
const axes = (() => {
  const said = (value) => (Math.abs(value) >= 1e6 ? `${digits(value / 1e6)} million` : digits(value));
  const digits = (value) => value.toLocaleString("en-GB", { maximumSignificantDigits: Math.abs(value) >= 1000 ? 6 : 4 });
  const withUnit = (value, axis) => {
    if (axis.clock) return clockTime(axis, value, 1);
    if (axis.unit === "share") return `${said(100 * value)} %`;
    if (axis.unit === "$") return `$${value.toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
    return `${said(value)}${axis.unit === "/s" ? "/s" : axis.unit && ` ${axis.unit}`}`;
  };

  // What a clock shows so many seconds into the run; the day where the run is of several.
  const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const DAY = 86400;
  const clockTime = (axis, value, step) => {
    const since = Math.round(axis.clock.since_midnight_s + value);
    const inDay = ((since % DAY) + DAY) % DAY;
    const two = (number) => String(Math.floor(number)).padStart(2, "0");
    const time = `${two(inDay / 3600)}:${two((inDay / 60) % 60)}${step % 60 ? `:${two(inDay % 60)}` : ""}`;
    const isLong = axis.ends[1] > 1.1 * DAY && (step % 60 || !inDay);
    return isLong ? `${DAYS[(axis.clock.weekday + Math.floor(since / DAY)) % 7]} ${time}` : time;
  };
  const clockTicks = (axis, [low, high], most) => {
    const { steps_s: steps, since_midnight_s: zero } = axis.clock;
    const step = steps.find((one) => (high - low) / one <= Math.max(most, 1)) || steps.at(-1);
    const ticks = [];
    for (let place = Math.ceil((zero + low) / step) * step; place <= zero + high; place += step) {
      ticks.push([place - zero, clockTime(axis, place - zero, step)]);
    }
    return ticks;
  };

  // Scales and ticks.
  const onAxis = (axis, ends, from, to) => {
    const turned = axis.scale === "log" ? (value) => Math.log10(Math.max(value, 1e-12)) : (value) => value;
    const [low, high] = ends.map(turned);
    const scale = (value) => from + ((turned(value) - low) / (high - low)) * (to - from);
    scale.back = (place) => {
      const value = low + ((place - from) / (to - from)) * (high - low);
      return axis.scale === "log" ? 10 ** value : value;
    };
    return scale;
  };
  const ticksOf = (axis, ends, most) => {
    if (axis.clock) return clockTicks(axis, ends, most);
    if (axis.fixed) return axis.fixed.filter(([value]) => value >= ends[0] && value <= ends[1]);
    const ticks = [];
    if (axis.scale === "log") {
      for (let power = Math.ceil(Math.log10(ends[0]) - 1e-9); 10 ** power <= ends[1] * (1 + 1e-9); power += 1) ticks.push(10 ** power);
      if (ticks.length > 1) return ticks.map((value) => [value, said(value)]);
    }
    const span = ends[1] - ends[0];
    const rough = span / Math.max(most, 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9));
    ticks.length = 0;
    for (let place = Math.ceil(ends[0] / step - 1e-9); place * step <= ends[1] + step * 1e-9; place += 1) ticks.push(place * step || 0);
    return ticks.map((value) => [value, said(value)]);
  };

  return { withUnit, onAxis, ticksOf };
})();
