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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The types and methods of a Java file, as the JDK's own parser sees them. */
record SourceFile(List<Type> types, List<Method> methods) {

    record Type(String name, int line, boolean isTopLevel, boolean isDocumented) {}

    record Method(String name, int line, int lines, boolean isPublicCallWithBoolean) {}

    private static final Map<Path, SourceFile> PARSED = new ConcurrentHashMap<>();

    static SourceFile parse(Path file) {
        return PARSED.computeIfAbsent(file, SourceFile::read);
    }

    private static SourceFile read(Path file) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask) compiler.getTask(null, files, null, null, null, files.getJavaFileObjects(file));
            SourceFile found = new SourceFile(new ArrayList<>(), new ArrayList<>());
            for (CompilationUnitTree unit : task.parse()) {
                new Reader(unit, DocTrees.instance(task), found).scan(unit, null);
            }
            return found;
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
