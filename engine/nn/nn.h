#ifndef MUNDAP_NN_NN_H
#define MUNDAP_NN_NN_H

#include "engine/nn/dataset.h"
#include "engine/nn/loss.h"
#include "engine/nn/module.h"
#include "engine/nn/optimizer.h"
#include "engine/nn/train.h"

#endif
