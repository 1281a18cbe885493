package io.tidemark.it;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What a load client writes.
 *
 * @param pipeline commands a batch
 * @param deletePercent DELs among all commands, at most 74; the rest is about a quarter of INCR, GET and MSET, and SETs
 * @param hotKeys so many of the keys take four in five of the commands
 * @param lengths of the values
 * @param pause before each batch
 */
record LoadMix(int pipeline, int deletePercent, int hotKeys, Lengths lengths, Duration pause) {

    /** How long values are, in bytes. */
    enum Lengths {
        /** Mostly small, a few of some KiB, one in 200 up to 64 KiB. */
        USUAL {
            @Override
            int draw(SplittableRandom random) {
                int draw = random.nextInt(200);
                if (draw == 0) {
                    return 4_096 + random.nextInt(61_440);
                }
                return SelfDescribingValue.MIN_BYTES + random.nextInt(draw < 20 ? 8_192 : 400);
            }
        },
        /** One in three empty, the others as short as they can be. */
        SHORT {
            @Override
            int draw(SplittableRandom random) {
                return random.nextInt(3) == 0 ? 0 : SelfDescribingValue.MIN_BYTES + random.nextInt(64);
            }
        },
        /** As usual, but one in 100 up to 1 MiB. */
        LONG {
            @Override
            int draw(SplittableRandom random) {
                return random.nextInt(100) == 0 ? 1 + random.nextInt(1 << 20) : USUAL.draw(random);
            }
        };

        abstract int draw(SplittableRandom random);
    }

    /** All keys alike, one command in ten a DEL, no pause. */
    static LoadMix usual(int pipeline) {
        return new LoadMix(pipeline, 10, Integer.MAX_VALUE, Lengths.USUAL, Duration.ZERO);
    }
}
