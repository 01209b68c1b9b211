using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// −weight·log-probability of the right class, [batch, classes, …] and classes [batch, …]; of scores with their softmax taken first, in
/// which case the log-probabilities are the second output. One class can be left out.
/// </summary>
internal sealed class ClassLoss(NodeReading node, bool isOfScores) : Floating
{
    private readonly long? _ignored = node.Has("ignore_index") ? node.Int("ignore_index", 0) : null;
    private readonly string _reduction = node.Text("reduction", "mean") is "none" or "mean" or "sum"
        ? node.Text("reduction", "mean")
        : throw node.Error("its reduction is none of none, mean and sum");

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        Tensor<T>? weights = call.Optional<T>(2);
        ReadOnlySpan<long> classes = call.Longs(1);
        if (x.Rank < 2 || classes.Length * (long)x[1] != x.Length || (weights is not null && weights.Length != x[1]))
            throw call.Error($"scores of shape {x.Shape}, classes of shape {call.In(1).Shape}");
        ReadOnlySpan<T> logs = x.Values;
        int many = x[1], inner = Strides.Count(x.Dims[2..]);
        if (isOfScores)
            logs = LogSoftmax(x, many, inner, call.Wants(1) ? call.Out<T>(1, x.Dims).Values : call.Scratch<T>(x.Length));
        bool isEach = _reduction == "none";
        Span<T> losses = isEach ? call.Out<T>(0, call.In(1).Dims).Values : default;
        double sum = 0, total = 0;
        for (int i = 0; i < classes.Length; i++)
        {
            long right = classes[i];
            if (right == _ignored)
            {
                if (isEach)
                    losses[i] = T.Zero;
                continue;
            }

            int place = Places.Of(call, right, many);
            double weight = weights is null ? 1 : double.CreateTruncating(weights.Values[place]);
            double loss = -weight * double.CreateTruncating(logs[(i / inner * many + place) * inner + i % inner]);
            if (isEach)
                losses[i] = T.CreateTruncating(loss);
            sum += loss;
            total += weight;
        }

        if (!isEach)
            call.Out<T>(0).Values[0] = T.CreateTruncating(_reduction == "sum" ? sum : sum / total);
    }

    private static Span<T> LogSoftmax<T>(Tensor<T> x, int many, int inner, Span<T> logs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < x.Length / many; at++)
        {
            int start = at / inner * many * inner + at % inner;
            double most = double.NegativeInfinity, sum = 0;
            for (int c = 0; c < many; c++)
                most = Math.Max(most, double.CreateTruncating(x.Values[start + c * inner]));
            for (int c = 0; c < many; c++)
                sum += Math.Exp(double.CreateTruncating(x.Values[start + c * inner]) - most);
            double log = most + Math.Log(sum);
            for (int c = 0; c < many; c++)
                logs[start + c * inner] = T.CreateTruncating(double.CreateTruncating(x.Values[start + c * inner]) - log);
        }

        return logs;
    }
}

/// <summary>The determinant of matrices, by elimination.</summary>
internal sealed class Determinant : Floating
{
    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        if (x.Rank < 2 || x[x.Rank - 1] != x[x.Rank - 2])
            throw call.Error($"it needs square matrices, but has shape {x.Shape}");
        int n = x[x.Rank - 1];
        Span<T> result = call.Out<T>(0, x.Dims[..^2]).Values;
        Span<double> m = call.Scratch<double>((long)n * n);
        for (int at = 0; at < result.Length; at++)
        {
            for (int i = 0; i < m.Length; i++)
                m[i] = double.CreateTruncating(x.Values[at * m.Length + i]);
            double product = 1;
            for (int column = 0; column < n; column++)
            {
                int pivot = column;
                for (int row = column + 1; row < n; row++)
                    pivot = Math.Abs(m[row * n + column]) > Math.Abs(m[pivot * n + column]) ? row : pivot;
                if (pivot != column)
                {
                    product = -product;
                    for (int i = 0; i < n; i++)
                        (m[pivot * n + i], m[column * n + i]) = (m[column * n + i], m[pivot * n + i]);
                }

                double head = m[column * n + column];
                product *= head;
                if (head == 0)
                    break;
                for (int row = column + 1; row < n; row++)
                {
                    double factor = m[row * n + column] / head;
                    for (int i = column; i < n; i++)
                        m[row * n + i] -= factor * m[column * n + i];
                }
            }

            result[at] = T.CreateTruncating(product);
        }
    }
}
