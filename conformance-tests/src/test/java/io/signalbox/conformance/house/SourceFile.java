package io.signalbox.conformance.house;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The types and methods of a Java file, as the JDK's own parser sees them. */
record SourceFile(List<Type> types, List<Method> methods) {

    record Type(String name, int line, boolean isTopLevel, boolean isDocumented) {}

    record Method(String name, int line, int lines, boolean isPublicCallWithBoolean) {}

    /** All of them at once, for whoever is the first to ask: a parser of its own for each file takes ten times as long. */
    private static final class All {
        private static final Map<Path, SourceFile> BY_PATH = readAll();
    }

    /** One of those of {@link Checkout#javaFiles}. */
    static SourceFile parse(Path file) {
        SourceFile parsed = All.BY_PATH.get(file);
        if (parsed == null) throw new IllegalArgumentException(file + " is in no module");
        return parsed;
    }

    private static Map<Path, SourceFile> readAll() {
        List<Path> paths = new ArrayList<>();
        for (Path module : Checkout.modules()) {
            for (String kind : List.of("main", "test")) paths.addAll(Checkout.javaFiles(module, kind));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            Iterable<? extends JavaFileObject> sources = files.getJavaFileObjects(paths.toArray(new Path[0]));
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, null, null, sources);
            DocTrees docs = DocTrees.instance(task);
            Map<Path, SourceFile> all = new HashMap<>();
            for (CompilationUnitTree unit : task.parse()) {
                SourceFile found = new SourceFile(new ArrayList<>(), new ArrayList<>());
                new Reader(unit, docs, found).scan(unit, null);
                all.put(Path.of(unit.getSourceFile().toUri()), found);
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Walks the tree of one file. */
    private static final class Reader extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final DocTrees docs;
        private final SourcePositions positions;
        private final SourceFile found;

        Reader(CompilationUnitTree unit, DocTrees docs, SourceFile found) {
            this.unit = unit;
            this.docs = docs;
            this.positions = docs.getSourcePositions();
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree type, Void unused) {
            boolean isTopLevel = getCurrentPath().getParentPath().getLeaf() instanceof CompilationUnitTree;
            boolean isDocumented = docs.getDocComment(getCurrentPath()) != null;
            if (!type.getSimpleName().isEmpty()) {
                found.types.add(new Type(type.getSimpleName().toString(), startLine(type), isTopLevel, isDocumented));
            }
            return super.visitClass(type, unused);
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            int first = method.getBody() == null ? startLine(method) : startLine(method.getBody());
            int lines = line(positions.getEndPosition(unit, method)) - first + 1;
            found.methods.add(new Method(method.getName().toString(), startLine(method), lines, takesBoolean(method)));
            return super.visitMethod(method, unused);
        }

        private boolean takesBoolean(MethodTree method) {
            boolean isOverride = method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
            return isPublic(method)
                    && !isOverride
                    && method.getParameters().stream().anyMatch(this::isUnnamedChoice);
        }

        /** {@code durable} is the specifications' own word for a flag (AMQP 1.0 §3.2.1, §3.5.3). */
        private boolean isUnnamedChoice(VariableTree parameter) {
            return String.valueOf(parameter.getType()).equals("boolean")
                    && !parameter.getName().contentEquals("durable");
        }

        /** Public, in types that are all public; a record's constructor names its components where it is called. */
        private boolean isPublic(MethodTree method) {
            if (!method.getModifiers().getFlags().contains(Modifier.PUBLIC)) return false;
            for (TreePath path = getCurrentPath().getParentPath(); path != null; path = path.getParentPath()) {
                if (!(path.getLeaf() instanceof ClassTree type)) continue;
                if (!type.getModifiers().getFlags().contains(Modifier.PUBLIC)) return false;
                if (type.getKind() == Tree.Kind.RECORD && method.getName().contentEquals("<init>")) return false;
            }
            return true;
        }

        private int startLine(Tree tree) {
            return line(positions.getStartPosition(unit, tree));
        }

        private int line(long position) {
            return (int) unit.getLineMap().getLineNumber(position);
        }
    }
}
