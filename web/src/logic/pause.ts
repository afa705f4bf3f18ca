export type Sleep = (seconds: number) => Promise<void>;

export const pause: Sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
