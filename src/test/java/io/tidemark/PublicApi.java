package io.tidemark;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What users of the library can compile and link against, one line for each type, supertype and member: {@code TYPE | what
 * it has}. Types are public and nested in public ones only; members are public, or protected where a user may extend.
 */
final class PublicApi {
    private static final String ABSTRACT = "abstract ";

    private PublicApi() {}

    /** Of these packages, from the classes below a directory. */
    static SortedSet<String> of(Path classes, List<String> packages) throws IOException, ClassNotFoundException {
        SortedSet<String> lines = new TreeSet<>();
        for (String each : packages) {
            try (Stream<Path> files = Files.list(classes.resolve(each.replace('.', '/')))) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (name.endsWith(".class") && !name.equals("package-info.class")) {
                        describe(Class.forName(each + "." + name.substring(0, name.length() - 6)), lines);
                    }
                }
            }
        }
        return lines;
    }

    /**
     * What breaks a user's code: lines that are gone, and abstract methods that are new to a type that a user may implement.
     * A new type is no break.
     */
    static List<String> breaks(SortedSet<String> before, SortedSet<String> now) {
        SortedSet<String> typesBefore =
                before.stream().map(PublicApi::type).collect(Collectors.toCollection(TreeSet::new));
        return Stream.concat(
                        before.stream().filter(line -> !now.contains(line)).map(line -> "gone: " + line),
                        now.stream()
                                .filter(line -> !before.contains(line) && typesBefore.contains(type(line)))
                                .filter(line -> line.contains("| " + ABSTRACT) && line.contains("("))
                                .map(line -> "must be implemented now: " + line))
                .toList();
    }

    private static String type(String line) {
        return line.substring(0, line.indexOf(" | "));
    }

    private static void describe(Class<?> type, SortedSet<String> lines) {
        if (!isVisible(type)) {
            return;
        }
        String start = type.getName() + " | ";
        lines.add(start + kind(type) + parameters(type.getTypeParameters()));
        if (type.getGenericSuperclass() != null) {
            lines.add(start + "extends " + type.getGenericSuperclass().getTypeName());
        }
        for (Type each : type.getGenericInterfaces()) {
            lines.add(start + "implements " + each.getTypeName());
        }
        for (Constructor<?> each : type.getDeclaredConstructors()) {
            if (isVisible(each.getModifiers(), type)) {
                lines.add(start + "new" + list(each.getGenericParameterTypes())
                        + thrown(each.getGenericExceptionTypes()));
            }
        }
        for (Field each : type.getDeclaredFields()) {
            if (isVisible(each.getModifiers(), type)) {
                lines.add(start + modifiers(each.getModifiers())
                        + each.getGenericType().getTypeName() + " " + each.getName() + constant(each));
            }
        }
        for (Method each : type.getDeclaredMethods()) {
            if (isVisible(each.getModifiers(), type) && !each.isSynthetic()) {
                lines.add(start + modifiers(each.getModifiers()) + parameters(each.getTypeParameters())
                        + each.getGenericReturnType().getTypeName() + " " + each.getName()
                        + list(each.getGenericParameterTypes()) + thrown(each.getGenericExceptionTypes()));
            }
        }
    }

    private static boolean isVisible(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getDeclaringClass()) {
            if (!Modifier.isPublic(each.getModifiers()) || each.isAnonymousClass() || each.isLocalClass()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int modifiers, Class<?> of) {
        return Modifier.isPublic(modifiers)
                || (Modifier.isProtected(modifiers) && !Modifier.isFinal(of.getModifiers()) && !of.isSealed());
    }

    private static String kind(Class<?> type) {
        String kind = type.isEnum() ? "enum" : type.isRecord() ? "record" : type.isInterface() ? "interface" : "class";
        boolean open = !type.isInterface() && Modifier.isAbstract(type.getModifiers()) && !type.isEnum();
        return (Modifier.isFinal(type.getModifiers()) ? "final " : "")
                + (type.isSealed() ? "sealed " : "")
                + (open ? ABSTRACT : "")
                + kind;
    }

    /** Those that a caller or an implementor meets. */
    private static String modifiers(int all) {
        return (Modifier.isAbstract(all) ? ABSTRACT : "")
                + (Modifier.isProtected(all) ? "protected " : "")
                + (Modifier.isStatic(all) ? "static " : "")
                + (Modifier.isFinal(all) ? "final " : "");
    }

    private static String parameters(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables)
                        .map(each -> each.getName() + " extends "
                                + Arrays.stream(each.getBounds())
                                        .map(Type::getTypeName)
                                        .collect(Collectors.joining(" & ")))
                        .collect(Collectors.joining(", ", "<", "> "));
    }

    private static String list(Type[] types) {
        return Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String thrown(Type[] types) {
        String checked = Arrays.stream(types)
                .filter(each -> !(each instanceof Class<?> of && RuntimeException.class.isAssignableFrom(of)))
                .map(Type::getTypeName)
                .sorted()
                .collect(Collectors.joining(", "));
        return checked.isEmpty() ? "" : " throws " + checked;
    }

    /** The compiler copies the value of a constant into a user's classes. */
    private static String constant(Field field) {
        int modifiers = field.getModifiers();
        boolean copied = field.getType().isPrimitive() || field.getType() == String.class;
        if (!Modifier.isStatic(modifiers) || !Modifier.isFinal(modifiers) || !copied) {
            return "";
        }
        try {
            return " = " + field.get(null);
        } catch (IllegalAccessException notPublic) {
            return "";
        }
    }
}
