package io.tidemark.redis.protocol;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits an inline request, a line typed by hand, into its arguments by Redis' rules: blanks separate; {@code "…"} may
 * contain {@code \xHH \n \r \t \b \a} and any other character after a backslash; {@code '…'} has only the escape {@code \'};
 * a closing quote must be followed by a blank or the end.
 */
final class InlineArguments {

    private final byte[] line;
    private final int end;
    private int at;

    private InlineArguments(byte[] line, int from, int to) {
        this.line = line;
        this.at = from;
        this.end = to;
    }

    /**
     * The arguments in {@code line[from..to)}, which contains no line end; empty for a blank line.
     *
     * @throws ProtocolException if a quote is not closed
     */
    static byte[][] split(byte[] line, int from, int to) throws ProtocolException {
        InlineArguments arguments = new InlineArguments(line, from, to);
        List<byte[]> all = new ArrayList<>();
        while (arguments.skipBlanks()) {
            all.add(arguments.next());
        }
        return all.toArray(new byte[0][]);
    }

    private boolean skipBlanks() {
        while (at < end && isBlank(line[at])) {
            at++;
        }
        return at < end;
    }

    private byte[] next() throws ProtocolException {
        ByteArrayOutputStream argument = new ByteArrayOutputStream();
        while (at < end && !isBlank(line[at])) {
            byte b = line[at++];
            if (b == '"') {
                doubleQuoted(argument);
            } else if (b == '\'') {
                singleQuoted(argument);
            } else {
                argument.write(b);
            }
        }
        return argument.toByteArray();
    }

    private void doubleQuoted(ByteArrayOutputStream argument) throws ProtocolException {
        while (at < end) {
            byte b = line[at++];
            if (b == '"') {
                requireBlankOrEnd();
                return;
            }
            if (b == '\\' && at < end) {
                escaped(argument);
            } else {
                argument.write(b);
            }
        }
        throw unbalanced();
    }

    private void escaped(ByteArrayOutputStream argument) {
        byte b = line[at++];
        switch (b) {
            case 'n' -> argument.write('\n');
            case 'r' -> argument.write('\r');
            case 't' -> argument.write('\t');
            case 'b' -> argument.write('\b');
            case 'a' -> argument.write(7);
            case 'x' -> {
                int high = at + 1 < end ? Character.digit(line[at], 16) : -1;
                int low = at + 1 < end ? Character.digit(line[at + 1], 16) : -1;
                if (high >= 0 && low >= 0) {
                    argument.write(high << 4 | low);
                    at += 2;
                } else {
                    argument.write('x');
                }
            }
            default -> argument.write(b);
        }
    }

    private void singleQuoted(ByteArrayOutputStream argument) throws ProtocolException {
        while (at < end) {
            byte b = line[at++];
            if (b == '\'') {
                requireBlankOrEnd();
                return;
            }
            if (b == '\\' && at < end && line[at] == '\'') {
                argument.write('\'');
                at++;
            } else {
                argument.write(b);
            }
        }
        throw unbalanced();
    }

    private void requireBlankOrEnd() throws ProtocolException {
        if (at < end && !isBlank(line[at])) {
            throw unbalanced();
        }
    }

    private static ProtocolException unbalanced() {
        return new ProtocolException("unbalanced quotes in request");
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }
}
