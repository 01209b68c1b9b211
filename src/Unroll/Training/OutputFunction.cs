using Unroll.Layers;

namespace Unroll.Training;

/// <summary>
/// What stands between the last linear function of a graph and an output: a loss of logits takes no probabilities, one of
/// parameters any numbers.
/// </summary>
/// <param name="Layer">The layer that applies it.</param>
/// <param name="Name">As errors call it.</param>
/// <param name="GivesProbabilities">True where what comes out is from 0 to 1.</param>
internal sealed record OutputFunction(string Layer, string Name, bool GivesProbabilities)
{
    /// <summary>The function of a value of a graph; null: the value can be any number, as far as the layers tell.</summary>
    public static OutputFunction? Of(Graph graph, Node node)
    {
        if (node.Use is not { } use)
            return null;
        string name = graph.NameOf(use);
        Layer layer = use.Layer;
        while (layer is TimeDistributed each)
            layer = each.Inner;
        return layer switch
        {
            AttentionLayer or MultiHeadAttention when node.Number == 1 => new OutputFunction(name, "softmax", true),
            AttentionLayer => Of(graph, use.Inputs[1]),
            Dense dense => Of(name, dense.Activation),
            Convolution convolution => Of(name, convolution.Activation),
            DepthwiseConvolution convolution => Of(name, convolution.Activation),
            Activate activate => Of(graph, use, activate.Activation),
            Softmax => Of(name, Activation.Softmax),
            Gelu => Of(name, Activation.Gelu),
            Silu => Of(name, Activation.Silu),
            Recurrent recurrent => Of(name, recurrent, node.Number),
            StackedRecurrent stack => Of(name, stack, node.Number),
            Bidirectional { Inner: StackedRecurrent both } => Of(name, both, StateIn(node, both.Layers.Sum(inner => inner.States.Count))),
            Bidirectional { Inner: Recurrent inner } => Of(name, inner, StateIn(node, inner.States.Count)),
            Concatenate => use.Inputs.Select(input => Of(graph, input)).FirstOrDefault(function => function is { GivesProbabilities: true })
                ?? use.Inputs.Select(input => Of(graph, input)).FirstOrDefault(function => function is not null),
            Merge => OfAll([.. use.Inputs.Select(input => Of(graph, input))]),
            Dropout or SpatialDropout1D or SpatialDropout2D or GaussianDropout or GaussianNoise => Of(graph, use.Inputs[0]),
            Masking or Flatten or Reshape or RepeatVector or LastSteps or Pooling or Permute => Of(graph, use.Inputs[0]),
            ZeroPadding1D or ZeroPadding2D or Cropping1D or Cropping2D or UpSampling1D or UpSampling2D => Of(graph, use.Inputs[0]),
            _ => null,
        };
    }

    private static OutputFunction? Of(string layer, Activation activation) => activation == Activation.Linear
        ? null
        : new OutputFunction(layer, activation.InWords, activation.GivesProbabilities);

    /// <summary>Of a layer that is nothing but its activation; a relu leaves probabilities as they are.</summary>
    private static OutputFunction? Of(Graph graph, LayerUse use, Activation activation)
    {
        OutputFunction? before = Of(graph, use.Inputs[0]);
        return activation == Activation.Relu && before is { GivesProbabilities: true }
            ? before
            : Of(graph.NameOf(use), activation) ?? before;
    }

    /// <summary>Which output of one direction a value is, where each has so many states.</summary>
    private static int StateIn(Node node, int states) => node.Number == 0 ? 0 : 1 + (node.Number - 1) % states;

    /// <summary>The sequence is the last layer's; the states are those of all layers, from the lowest up.</summary>
    private static OutputFunction? Of(string name, StackedRecurrent stack, int number)
    {
        if (number == 0)
            return Of(name, stack.Layers[^1], 0);
        int state = number;
        foreach (Recurrent layer in stack.Layers)
        {
            if (state <= layer.States.Count)
                return Of(name, layer, state);
            state -= layer.States.Count;
        }

        return null;
    }

    /// <summary>
    /// h of an LSTM is a gate times the activation, that of a GRU a mean of activations; c of an LSTM is a sum without bounds. Of a cell of
    /// your own nothing is known.
    /// </summary>
    private static OutputFunction? Of(string layer, Recurrent recurrent, int state) =>
        state > 1 || !recurrent.UsesActivation ? null : Of(layer, recurrent.Activation);

    /// <summary>Of a sum, mean or product of values: where one can be any number, so can it.</summary>
    private static OutputFunction? OfAll(OutputFunction?[] functions) => Array.TrueForAll(functions, function => function is not null)
        ? Array.Find(functions, function => !function!.GivesProbabilities) ?? functions[0]
        : null;

    /// <summary>Throws where an output is known to be no probability.</summary>
    private static void RequireProbabilities(Graph graph, int output, Loss loss)
    {
        string? end = Of(graph, graph.Outputs[output]) is { } function
            ? function.GivesProbabilities ? null : $"{function.Layer} ends in {function.Name}"
            : graph.Outputs[output].Use is { Layer: Dense or Convolution } use ? $"{graph.NameOf(use)} is linear" : null;
        if (end is null)
            return;
        string own = loss.Takes == OutputKind.BinaryProbabilities ? "a sigmoid" : "a softmax";
        throw new UnrollException(
            $"The {loss.Name} takes probabilities, but {end}: let the model end in {own}"
            + (loss is CrossEntropy ? ", or turn FromProbabilities off for logits, which is better." : "."));
    }

    /// <summary>Throws where an output's function and its loss do not go together.</summary>
    public static void Require(Graph graph, Loss loss)
    {
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            Loss part = loss.PartFor(i);
            if (part.Takes is OutputKind.ClassProbabilities or OutputKind.BinaryProbabilities)
                RequireProbabilities(graph, i, part);
            if (part.Takes is not (OutputKind.Parameters or OutputKind.ClassLogits or OutputKind.BinaryLogits)
                || Of(graph, graph.Outputs[i]) is not { } function)
                continue;
            if (part.Takes == OutputKind.Parameters)
                throw new UnrollException(
                    $"The {part.Name} takes parameters that can be any numbers and bounds them itself, "
                    + $"but {function.Layer} ends in {function.Name}: let the last layer be linear.");
            if (function.GivesProbabilities)
            {
                string own = part.Takes == OutputKind.BinaryLogits ? "the sigmoid" : "the softmax";
                throw new UnrollException(
                    $"The {part.Name} takes logits, to which it applies {own} itself, "
                    + $"but {function.Layer} gives probabilities ({function.Name}): "
                    + $"leave {function.Name} out of the model, and ask PredictProbabilities for probabilities.");
            }
        }
    }
}
