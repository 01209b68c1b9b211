using Unroll.Formats;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>Which part is to blame for what is not finite.</summary>
internal sealed partial class Network<T>
{
    /// <summary>
    /// The first part that makes something infinite or NaN of finite numbers, on the way of a batch forward and back; null: none does, or
    /// it cannot be told, because layers carry states from batches before. Weights and inputs must be finite.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="loss">What judges them.</param>
    public OpFault? FirstFault(IBatch<T> batch, Loss loss)
    {
        if (StatefulParts.Length > 0)
            return null;
        Begin(batch, training: true, TrainingShard(batch.Rows), keepsSteps: true);
        BeginLoss(batch, loss, predictions: null, weights: null);
        CountBatch();
        AlignedBuffer<T> gradients = _groupGradients[0] ??= new AlignedBuffer<T>(_built.GradientSize);
        Lane<T> lane = _lanes[0];
        lane.Pass.GradientBuffer = gradients;
        gradients.Span.Clear();
        for (int shard = 0; shard < _shards; shard++)
        {
            if (lane.FirstFault(_batch!, FirstOf(shard), RowsOf(shard), _loss) is not var (node, what))
                continue;
            return node is { } number ? LayerFault(Graph.Uses[number], what) : new OpFault($"the {what} of the {loss.Name}", IsOwn(loss));
        }

        return PenaltyFault();
    }

    private OpFault LayerFault(LayerUse use, string what)
    {
        Type[] own =
        [
            .. ModelJson.Kinds.PartsOf(use.Layer).Where(part => part is Activation && IsOwn(part)).Select(part => part.GetType())
                .Distinct(),
        ];
        string activations = own.Length == 0 ? "" : $" with the activation {string.Join(", ", own.Select(type => type.Name))}";
        return new OpFault($"the {what} of {Graph.NameOf(use)} ({use.Layer.GetType().Name}{activations})",
            own.Length > 0 || IsOwn(use.Layer));
    }

    private OpFault? PenaltyFault()
    {
        foreach (Parameter parameter in Parameters.Parameters)
        {
            if (parameter.Regularizer is not { } regularizer)
                continue;
            ReadOnlySpan<T> weights = Parameters.ReadOnlyValues[parameter.Range];
            var gradients = new T[weights.Length];
            regularizer.AddGradient(weights, parameter.Shape, gradients);
            string? what = !double.IsFinite(regularizer.Penalty(weights, parameter.Shape)) ? "penalty"
                : Array.TrueForAll(gradients, T.IsFinite) ? null : "gradient";
            if (what is not null)
                return new OpFault($"the {what} of the {regularizer.GetType().Name} on {parameter.Name}", IsOwn(regularizer));
        }

        return null;
    }

    private static bool IsOwn(object part) => part.GetType().Assembly != typeof(Layer).Assembly;
}

/// <summary>A part that made something that is not finite of finite numbers.</summary>
/// <param name="InWords">What of which part: the output of dense_1 (Dense).</param>
/// <param name="IsOwn">Whether the part is none of the library's.</param>
internal sealed record OpFault(string InWords, bool IsOwn);
