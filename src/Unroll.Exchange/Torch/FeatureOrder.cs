namespace Unroll.Exchange.TorchFiles;

/// <summary>
/// In which order the features of a value stand, beside PyTorch's. There convolutions and poolings have channels in front of positions, so
/// that nn.Flatten behind them gives (channel, position) where Unroll gives (position, channel).
/// </summary>
/// <param name="Kind">What is known.</param>
/// <param name="Positions">Of what was flattened.</param>
/// <param name="Channels">Of what was flattened.</param>
internal readonly record struct FeatureOrder(FeatureOrderKind Kind, int Positions = 0, int Channels = 0)
{
    /// <summary>The order of every value in a graph.</summary>
    public static Dictionary<Node, FeatureOrder> Of(Graph graph)
    {
        var orders = new Dictionary<Node, FeatureOrder>();
        foreach (Node input in graph.Inputs)
            orders.Add(input, input.Shape.Rank > 2 ? new(FeatureOrderKind.ChannelsFirst) : default);
        foreach (LayerUse use in graph.Uses)
        {
            FeatureOrder order = Behind(use, [.. use.Inputs.Select(input => orders[input])]);
            foreach (Node output in use.Outputs)
                orders.Add(output, output.Number == 0 ? order : default);
        }

        return orders;
    }

    private static FeatureOrder Behind(LayerUse use, FeatureOrder[] inputs)
    {
        Layer layer = use.Layer is TimeDistributed distributed ? distributed.Inner : use.Layer;
        bool isInside = layer != use.Layer;
        int[] extents = use.Inputs[0].Shape.ToArray(), step = isInside ? extents[1..] : extents;
        int rank = use.Outputs[0].Shape.Rank - (isInside ? 1 : 0);
        FeatureOrder order = inputs[0];
        switch (layer)
        {
            case GlobalPooling:
                return default;
            case Convolution or DepthwiseConvolution or Pooling1D or Pooling2D:
                return new(FeatureOrderKind.ChannelsFirst);
            case Flatten or Reshape or Permute when order.Kind == FeatureOrderKind.ChannelsFirst:
                int channels = step[^1], positions = step[..^1].Aggregate(1, (product, extent) => product * extent);
                if (channels == 1 || positions == 1)
                    return default;
                if (layer is Reshape && use.Outputs[0].Shape.Features == channels)
                    return order;
                return layer is not Permute && rank == 1
                    ? new(FeatureOrderKind.Flattened, positions, channels) : new(FeatureOrderKind.Unclear);
            case Flatten or Reshape or Permute when order.Kind == FeatureOrderKind.Flattened:
                return rank == 1 ? order : new(FeatureOrderKind.Unclear);
            case Merge:
                bool isAlike = inputs.All(each => each == order);
                if (isAlike && (layer is not Concatenate || order.Kind != FeatureOrderKind.Flattened))
                    return order;
                return inputs.Any(each => each.Kind is FeatureOrderKind.Flattened or FeatureOrderKind.Unclear)
                    ? new(FeatureOrderKind.Unclear) : new(FeatureOrderKind.ChannelsFirst);
            case Dense or Recurrent or StackedRecurrent or Bidirectional or Embedding or LayerNorm or RmsNorm or AttentionLayer
                or MultiHeadAttention:
                return default;
            default:
                return order;
        }
    }
}

/// <summary>What is known of a <see cref="FeatureOrder"/>.</summary>
internal enum FeatureOrderKind
{
    /// <summary>Features as in PyTorch.</summary>
    Same,

    /// <summary>Several positions, whose channels PyTorch has in front.</summary>
    ChannelsFirst,

    /// <summary>Flattened: (position, channel) here, (channel, position) there.</summary>
    Flattened,

    /// <summary>Put together from what was flattened, or flattened in part.</summary>
    Unclear,
}
