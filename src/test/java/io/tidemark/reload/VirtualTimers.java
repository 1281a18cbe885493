package io.tidemark.reload;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Timers that fire when the test advances the time, always in the same order. */
final class VirtualTimers implements Debounce.Timers {
    private record Timer(long atMillis, long order, Runnable task) {}

    private final PriorityQueue<Timer> due =
            new PriorityQueue<>(Comparator.<Timer>comparingLong(Timer::atMillis).thenComparingLong(Timer::order));
    private long nowMillis;
    private long orders;

    @Override
    public Runnable after(long delayMillis, Runnable task) {
        Timer timer = new Timer(nowMillis + delayMillis, orders++, task);
        due.add(timer);
        return () -> due.remove(timer);
    }

    void advanceMillis(long millis) {
        long until = nowMillis + millis;
        while (!due.isEmpty() && due.peek().atMillis() <= until) {
            Timer timer = due.remove();
            nowMillis = timer.atMillis();
            timer.task().run();
        }
        nowMillis = until;
    }
}
